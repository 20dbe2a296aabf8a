# SPDX-License-Identifier: Apache-2.0
"""What was found out about files, kept for as long as they stay as they were.

It is a cache: whoever deletes it loses only the time to read the files again.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from ktdesk.library.shelf.seal import Seal
from ktdesk.settings import data_folder
from ktdesk.write_ahead import write_ahead

HEADER = "header"  # name, architecture and kind, of the first file of a model
SHA256 = "sha256"  # of all bytes, as they were read last
OWN = "own"  # the first sha256 of a file whose source says none: it is to stay so
BLOCKS = "blocks"  # [start, end, CRC-32] of parts that were right, to find the wrong ones later by
KEY = "key"  # of the content of a model, by its first file

log = logging.getLogger(__name__)

_VERSION = 1  # raised when what is kept changes its meaning: the old is forgotten then
_TABLE = """CREATE TABLE IF NOT EXISTS facts (
    path BLOB NOT NULL, kind TEXT NOT NULL, seals TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (path, kind)) WITHOUT ROWID"""
_DAMAGED = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
_BUSY_S = 10.0  # another KTDesk may be writing


def facts_file() -> Path:
    """Return the path of the file."""
    return data_folder() / "files.sqlite"


class FileFacts:
    """Facts of some kinds about files, by path. Threads may share it; never fails.

    A fact holds as long as the seals that it was given with. Where the file cannot be used, facts
    last as long as this object.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._database = _open(path or facts_file())

    def get(self, path: Path, kind: str, seals: Sequence[Seal]) -> Any:
        """Return a fact, or None if it is not known of files with these seals."""
        rows = self._run(
            "SELECT value FROM facts WHERE path = ? AND kind = ? AND seals = ?",
            (os.fsencode(path), kind, _text(seals)),
        )
        return json.loads(rows[0][0]) if rows else None

    def last(self, path: Path, kind: str) -> Any:
        """Return a fact as it was known last, also of a file that has changed or gone; or None."""
        rows = self._run(
            "SELECT value FROM facts WHERE path = ? AND kind = ?", (os.fsencode(path), kind)
        )
        return json.loads(rows[0][0]) if rows else None

    def keep(self, path: Path, kind: str, seals: Sequence[Seal], value: Any) -> None:
        """Keep a fact, in place of the one before. value: anything that JSON has."""
        self._run(
            "INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?)",
            (os.fsencode(path), kind, _text(seals), json.dumps(value)),
        )

    def blocks(self, path: Path) -> list[tuple[int, int, int]]:
        """Return start, end and CRC-32 of the blocks of a file when it was right last."""
        return [(start, end, crc) for start, end, crc in self.last(path, BLOCKS) or ()]

    def forget(self, paths: Iterable[Path], kind: str = "") -> None:
        """Forget facts of a kind about files; all, if none is given."""
        for path in paths:
            self._run(
                "DELETE FROM facts WHERE path = ? AND ? IN ('', kind)", (os.fsencode(path), kind)
            )

    def below(self, folder: Path, kind: str) -> list[tuple[Path, Any]]:
        """Return the facts of a kind about files below a folder, as they were known last."""
        start = os.fsencode(folder / "x")[:-1]  # with the separator of paths behind it
        rows = self._run(
            "SELECT path, value FROM facts WHERE kind = ? AND substr(path, 1, ?) = ?",
            (kind, len(start), start),
        )
        return [(Path(os.fsdecode(path)), json.loads(value)) for path, value in rows]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def _run(self, statement: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        try:
            with self._lock, self._database:
                return self._database.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            log.warning("What is known about files cannot be kept: %s", error)
            return []


def _open(path: Path) -> sqlite3.Connection:
    """Open the file; one that is damaged is begun anew, and without any it is in memory."""
    for _ in range(2):
        try:
            return _connect(path)
        except (sqlite3.Error, OSError) as error:
            log.warning("%s cannot be used: %s", path, error)
            if getattr(error, "sqlite_errorcode", 0) not in _DAMAGED:
                break
            for suffix in ("", "-wal", "-shm"):
                with contextlib.suppress(OSError):
                    path.with_name(path.name + suffix).unlink()
    return _connect(None)


def _connect(path: Path | None) -> sqlite3.Connection:
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(path or ":memory:", timeout=_BUSY_S, check_same_thread=False)
    try:
        write_ahead(database, _BUSY_S)
        database.execute("PRAGMA synchronous = NORMAL")
        with closing(database.execute("PRAGMA user_version")) as rows:
            version = rows.fetchone()[0]
        if version not in (0, _VERSION):
            database.execute("DROP TABLE IF EXISTS facts")
        database.execute(_TABLE)
        database.execute(f"PRAGMA user_version = {_VERSION}")
        database.commit()
    except BaseException:
        database.close()
        raise
    return database


def _text(seals: Sequence[Seal]) -> str:
    return json.dumps([seal.as_json() for seal in seals])
