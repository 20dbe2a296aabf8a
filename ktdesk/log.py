# SPDX-License-Identifier: Apache-2.0
"""The log: one file per run, the newest few kept.

It is for people who look for a fault. What users write and what models answer never goes into it.
"""

from __future__ import annotations

import logging
import os
import time
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

RUNS_KEPT = 10
RUN_BYTES = 5_000_000  # a run that logs more than this keeps its last part, and the one before

_FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"
_handlers: list[logging.Handler] = []


def configure(folder: Path, *, level: str = "INFO", to_stderr: str = "") -> Path | None:
    """Log this run to a new file in `folder`; return its path, or None if it cannot be written.

    level: what KTDesk itself logs; libraries log their warnings. to_stderr: the level from which
    messages also go to the terminal, none by default. A second call replaces the first.
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
