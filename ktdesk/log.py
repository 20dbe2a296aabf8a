# SPDX-License-Identifier: Apache-2.0
"""The log: one file per run, the newest few kept.

It is for people who look for a fault. What users write and what models answer never goes into it.
"""

from __future__ import annotations

import logging
import os
import re
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from logging.handlers import RotatingFileHandler
from pathlib import Path

RUNS_KEPT = 10
RUN_BYTES = 5_000_000  # a run that logs more than this keeps its last part, and the one before

RECENT = 5000  # lines that the window can show

# Tokens of the hub, keys of this server and others, what stands before @ in an address.
_SECRETS = re.compile(
    r"\bhf_\w{8,}|\bktdesk-[\w-]{20,}|\bsk-[\w-]{16,}|(?<=Bearer )\S+|(?<=://)[^\s/@]+(?=@)"
)
_FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"
_handlers: list[logging.Handler] = []


@dataclass(frozen=True, slots=True)
class Line:
    """A message of the log. number: counts up from 1. when: seconds since 1970."""

    number: int
    when: float
    level: int
    source: str
    text: str


class Recent(logging.Handler):
    """Keeps the newest messages in memory, and tells nobody: who shows them asks.

    Tracebacks stay in the file; secrets are blotted out; what `private` marks is left out.
    """

    def __init__(self, most: int = RECENT) -> None:
        super().__init__()
        self._lines: deque[Line] = deque(maxlen=most)
        self._count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message."""
        if getattr(record, "private", False):
            return
        text = without_secrets(record.getMessage())
        self._count += 1  # the handler's lock is held
        line = Line(self._count, record.created, record.levelno, record.name, text)
        self._lines.append(line)

    def since(self, number: int) -> list[Line]:
        """Return the messages that are kept and have a higher number; from any thread."""
        self.acquire()
        try:
            fresh = min(self._count - number, len(self._lines))
            return list(islice(reversed(self._lines), fresh))[::-1]
        finally:
            self.release()

    def clear(self) -> None:
        """Forget them."""
        self.acquire()
        try:
            self._lines.clear()
        finally:
            self.release()


def without_secrets(text: str) -> str:
    """Return a text with tokens, keys and passwords of addresses blotted out."""
    return _SECRETS.sub("***", text)


def configure(
    folder: Path, *, level: str = "INFO", to_stderr: str = "", recent: Recent | None = None
) -> Path | None:
    """Log this run to a new file in `folder`; return its path, or None if it cannot be written.

    level: what KTDesk itself logs; libraries log their warnings. to_stderr: the level from which
    messages also go to the terminal, none by default. recent: keeps them in memory, too. A second
    call replaces the first.
    """
    close()
    logging.getLogger().setLevel("WARNING")
    for name in ("ktdesk", "ui"):
        logging.getLogger(name).setLevel(level)
    if to_stderr:
        terminal = logging.StreamHandler()
        terminal.setLevel(to_stderr)
        terminal.addFilter(lambda record: not record.exc_info)  # tracebacks are for the file
        _add(terminal, "%(levelname)s: %(message)s")
    if recent:
        logging.getLogger().addHandler(recent)
        _handlers.append(recent)
    logging.captureWarnings(capture=True)
    return _log_to_file(folder)


def close() -> None:
    """End the logging of this run."""
    while _handlers:
        handler = _handlers.pop()
        logging.getLogger().removeHandler(handler)
        handler.close()


def _log_to_file(folder: Path) -> Path | None:
    path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _remove_old(folder)
        handler = RotatingFileHandler(path, maxBytes=RUN_BYTES, backupCount=1, encoding="utf-8")
    except OSError as error:
        logging.getLogger(__name__).warning("there is no log file: %s", error)
        return None
    _add(handler, _FORMAT)
    return path


def _add(handler: logging.Handler, line: str) -> None:
    handler.setFormatter(logging.Formatter(line))
    logging.getLogger().addHandler(handler)
    _handlers.append(handler)


def _remove_old(folder: Path) -> None:
    """Make room for one more run."""
    runs = sorted(folder.glob("*.log"))  # their names begin with the time
    for path in runs[: max(0, len(runs) - RUNS_KEPT + 1)]:
        for part in (path, path.with_name(path.name + ".1")):
            with suppress(OSError):  # another KTDesk may have it open
                part.unlink(missing_ok=True)
