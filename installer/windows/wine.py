# SPDX-License-Identifier: Apache-2.0
"""A Windows to try programs on: Wine, with a folder of its own and what it lacks put in."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from installer.windows.machine import run
from installer.windows.stand_ins import OVERRIDES, make_stand_ins

USER = "user"  # whoever runs it, so that folders have the same names everywhere


class Wine:
    """One such Windows. Programs see this system's files on drive Z."""

    def __init__(self, prefix: Path) -> None:
        self.prefix = prefix
        self.drive = prefix / "drive_c"
        self.home = self.drive / "users" / USER
        self.environment = {
            **{
                name: os.environ[name] for name in ("DISPLAY", "HOME", "PATH") if name in os.environ
            },
            "LANG": "C.UTF-8",  # names of files are read as this says
            "WINEPREFIX": str(prefix),
            "WINEARCH": "win64",
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": f"{OVERRIDES};winemenubuilder.exe=;mscoree=;mshtml=",
            "USER": USER,
            "LOGNAME": USER,
            # torch's threads would ask for memory nodes in a way that Wine 8 does not know.
            "KMP_AFFINITY": "disabled",
            "PYTHONUTF8": "1",
        }

    def make(self) -> None:
        """Make the folder, unless it is there."""
        made = self.prefix / "made"
        if made.exists():
            return
        shutil.rmtree(self.prefix, ignore_errors=True)
        self.prefix.mkdir(parents=True)
        run(self, "wineboot", "--init")
        run(self, "reg", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f")
        self.stop()
        make_stand_ins(self.drive / "windows" / "system32")
        made.touch()

    def start(self, *command: str | Path, **environment: str) -> subprocess.Popen[str]:
        """Start a program. See Machine. Without a pipe, Python would not start there."""
        words = [self.path(word) if isinstance(word, Path) else word for word in command]
        return subprocess.Popen(
            ["wine", *words],
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )

    def path(self, path: Path) -> str:
        """Return what a path of this system is called there."""
        path = path.absolute()
        if path.is_relative_to(self.drive):
            return "C:\\" + str(path.relative_to(self.drive)).replace("/", "\\")
        return "Z:" + str(path).replace("/", "\\")

    def stop(self) -> None:
        """End all of its programs: those of other folders go on."""
        subprocess.run(["wineserver", "--kill"], env=self.environment, check=False)
        subprocess.run(["wineserver", "--wait"], env=self.environment, check=False)


@contextmanager
def clean_wine() -> Iterator[Wine]:
    """Make a Windows that has nothing of ours, which goes afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        wine = Wine(Path(folder) / "wine")
        wine.make()
        try:
            yield wine
        finally:
            wine.stop()
