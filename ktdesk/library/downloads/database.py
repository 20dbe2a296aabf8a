# SPDX-License-Identifier: Apache-2.0
"""Opens the file of orders: brings it to the present version, or sets it aside if it is damaged."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

from ktdesk.errors import DownloadError
from ktdesk.write_ahead import write_ahead

# One script for each step: the first makes a file of version 1 out of an empty one.
MIGRATIONS = (
    """
    CREATE TABLE orders (
        id TEXT PRIMARY KEY,
        place INTEGER NOT NULL,
        description TEXT NOT NULL,
        state TEXT NOT NULL,
        waits_for TEXT NOT NULL DEFAULT '',
        failure TEXT NOT NULL DEFAULT '',
        removal TEXT NOT NULL DEFAULT ''
    );
    CREATE TABLE progress (id TEXT PRIMARY KEY, progress TEXT NOT NULL);
    """,
)

_BUSY_S = 10.0  # for another process to end its writing, which takes milliseconds
_DAMAGED = (sqlite3.DatabaseError, ValueError, KeyError, TypeError)

log = logging.getLogger(__name__)


def open_database(
    path: Path, *, check: Callable[[sqlite3.Connection], object]
) -> tuple[sqlite3.Connection, str]:
    """Return a connection that every thread may use, and what had to be done for it, or ''.

    check: reads all that is in it; what it raises means that the file is damaged. Such a file is
    renamed, never deleted. Raises DownloadError if there can be no file, or a newer one is there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return _open(path, check), ""
        except sqlite3.OperationalError as error:  # busy, full or forbidden; not damaged
            raise _unusable(path, str(error)) from error
        except _DAMAGED as error:
            log.warning("%s is damaged: %s", path, error)
            return _begin_anew(path, check)
    except OSError as error:
        raise _unusable(path, str(error.strerror)) from error


def _open(path: Path, check: Callable[[sqlite3.Connection], object]) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        write_ahead(database, _BUSY_S)
        _check_pages(database)
        _migrate(database, path)
        check(database)
    except BaseException:
        database.close()
        raise
    return database


def _check_pages(database: sqlite3.Connection) -> None:
    verdict: str = database.execute("PRAGMA quick_check").fetchone()[0]
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)


def _migrate(database: sqlite3.Connection, path: Path) -> None:
    database.execute("BEGIN IMMEDIATE")  # two processes may meet a new file at once
    version: int = database.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        database.execute("ROLLBACK")
        raise DownloadError(
            f"A newer KTDesk wrote the list of downloads, {path}.",
            hint="Update KTDesk, or rename that file to begin a new list.",
        )
    for script in MIGRATIONS[version:]:
        for statement in filter(str.strip, script.split(";")):
            database.execute(statement)
    database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    database.execute("COMMIT")


def _begin_anew(
    path: Path, check: Callable[[sqlite3.Connection], object]
) -> tuple[sqlite3.Connection, str]:
    aside = _free_name(path)
    for suffix in ("", "-wal", "-shm"):  # the log is part of a database
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(aside.with_name(aside.name + suffix))
    notice = (
        f"The list of downloads was damaged, and a new one begun; the old one is now {aside}. "
        "What was fetched is still there: order it again, and it goes on."
    )
    return _open(path, check), notice


def _free_name(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.broken{number or ''}") for number in range(1_000_000))
    return next(name for name in names if not name.exists())


def _unusable(path: Path, reason: str) -> DownloadError:
    return DownloadError(
        f"The list of downloads, {path}, cannot be used: {reason}.",
        hint="See that its folder can be written to and its disk is not full.",
    )
