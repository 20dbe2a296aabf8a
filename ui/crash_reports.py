# SPDX-License-Identifier: Apache-2.0
"""Reports of crashes: files in a folder that only the user reads, and sends if they want to.

A report says what KTDesk did when it failed: lines of its own source, never values, so neither
questions nor answers. When native code ends the program, the interpreter writes where; the next
start finds it.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import platform
import time
import traceback
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TextIO

import psutil

from ktdesk import __version__
from ktdesk.log import without_secrets

KEPT = 20  # reports
_RUNNING = "running-"  # and the process: what the interpreter writes into if it dies

log = logging.getLogger(__name__)


class CrashReports:
    """The reports in a folder, which is made when it is needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._watch: TextIO | None = None

    def found(self) -> list[Path]:
        """Return the reports, the newest first."""
        reports = [path for path in self.folder.glob("*.txt") if not _is_running(path)]
        return sorted(reports, reverse=True)  # their names begin with the time

    def write(
        self, kind: type[BaseException], fault: BaseException, trace: TracebackType | None
    ) -> Path | None:
        """Write a report of a fault; return its path, or None if it cannot be written."""
        lines = traceback.format_exception(kind, fault, trace)
        return self._write("fault", without_secrets("".join(lines)))

    def delete_all(self) -> None:
        """Delete the reports."""
        for path in self.found():
            with suppress(OSError):
                path.unlink()

    def watch(self) -> None:
        """From now on, note where the program is if native code ends it; take in older notes."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._take_in()
            path = self.folder / f"{_RUNNING}{os.getpid()}.txt"
            self._watch = path.open("w", encoding="utf-8")
        except OSError as error:
            log.warning("reports of crashes cannot be written: %s", error)
            return
        faulthandler.enable(self._watch)

    def end(self) -> None:
        """Stop watching: the program ends as it should."""
        if self._watch:
            faulthandler.disable()
            self._watch.close()
            with suppress(OSError):
                Path(self._watch.name).unlink()
            self._watch = None

    def _take_in(self) -> None:
        """Make reports of what programs that are gone have left."""
        for path in self.folder.glob(f"{_RUNNING}*.txt"):
            process = path.stem.removeprefix(_RUNNING)
            if (
                process != str(os.getpid())
                and process.isdecimal()
                and psutil.pid_exists(int(process))
            ):
                continue  # this one's number was another one's before
            with suppress(OSError):
                if text := path.read_text(encoding="utf-8", errors="replace").strip():
                    self._write("crash", text, path.stat().st_mtime)
                path.unlink()

    def _write(self, what: str, text: str, when: float | None = None) -> Path | None:
        moment = time.localtime(when)
        name = f"{time.strftime('%Y%m%d-%H%M%S', moment)}-{what}"
        head = (
            f"KTDesk {__version__}, {time.strftime('%Y-%m-%d %H:%M:%S', moment)}\n"
            f"{platform.platform()}, {platform.machine()}, Python {platform.python_version()}\n\n"
        )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            for old in self.found()[KEPT - 1 :]:
                old.unlink()
            path = _free(self.folder, name)
            path.write_text(head + text.rstrip() + "\n", encoding="utf-8")
        except OSError as error:
            log.warning("a report of a crash cannot be written: %s", error)
            return None
        return path


def _is_running(path: Path) -> bool:
    return path.name.startswith(_RUNNING)


def _free(folder: Path, name: str) -> Path:
    """Return a path that is not taken."""
    path, at = folder / f"{name}.txt", 1
    while path.exists():
        at += 1
        path = folder / f"{name}-{at}.txt"
    return path
