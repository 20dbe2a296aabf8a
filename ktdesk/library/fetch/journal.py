# SPDX-License-Identifier: Apache-2.0
"""What is on the disk for good: a small database beside the files.

SQLite, since it does what a file of lines would have to do by itself: a line is there whole or not
at all after a power cut, a full disk is an error that changes nothing, and its lock keeps a second
program out of the folder, and ends with the program that holds it.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ktdesk.errors import DownloadError
from ktdesk.library.fetch.disk import disk_errors
from ktdesk.library.fetch.names import JOURNAL
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.shelf.seal import Seal

_TABLES = """
CREATE TABLE IF NOT EXISTS file (
  path TEXT PRIMARY KEY, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
  source TEXT NOT NULL DEFAULT '', etag TEXT NOT NULL DEFAULT '',
  seal TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS block (
  path TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, crc INTEGER NOT NULL,
  PRIMARY KEY (path, start)
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a file that is on the disk, and the CRC-32 of what came over the line."""

    start: int
    end: int
    crc: int


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a file.

    etag: as `source` said. seal: of the file in its place, if it is there and all was compared.
    """

    source: str = ""
    etag: str = ""
    seal: Seal | None = None
    blocks: tuple[Block, ...] = ()


class Journal:
    """The journal of a folder; from any thread. A context manager. Raises DownloadError.

    Nobody else can open it meanwhile.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / JOURNAL
        self._lock = threading.Lock()
        try:
            self._database = self._open()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise self._error(error) from error
            with disk_errors(self.path):
                self.path.replace(self.path.with_name(f"{JOURNAL}.broken"))
            self._database = self._open()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._database.close()

    def records(self, files: Sequence[RemoteFile]) -> list[Record]:
        """Return what is known of files. What is known of others of their names is forgotten."""
        with self._changing() as database:
            return [_record(database, file) or _begin(database, file) for file in files]

    def blocks(self, file: RemoteFile) -> tuple[Block, ...]:
        """Return the parts of a file that are on the disk."""
        return self.records((file,))[0].blocks

    def add(self, path: str, block: Block, source: str, etag: str) -> None:
        """Write down that a part is on the disk, and what `source` calls the file it is of.

        It takes the place of a part that begins where it does.
        """
        with self._changing() as database:
            row = (path, block.start, block.end, block.crc)
            database.execute("INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?)", row)
            told = (source, etag, path)
            database.execute("UPDATE file SET source = ?, etag = ? WHERE path = ?", told)

    def remove(self, path: str, blocks: tuple[Block, ...] | None = None) -> None:
        """Forget parts of a file; all, if none are given."""
        with self._changing() as database:
            if blocks is None:
                database.execute("DELETE FROM block WHERE path = ?", (path,))
                return
            rows = [(path, block.start) for block in blocks]
            database.executemany("DELETE FROM block WHERE path = ? AND start = ?", rows)

    def set_seal(self, path: str, seal: Seal) -> None:
        """Write down that a file is verified and in its place."""
        with self._changing() as database:
            row = (json.dumps(seal.as_json()), path)
            database.execute("UPDATE file SET seal = ? WHERE path = ?", row)

    def finish(self, paths: tuple[str, ...]) -> None:
        """Close it, and forget files that are complete; remove it if it holds no others."""
        with self._changing() as database:
            rows = [(path,) for path in paths]
            database.executemany("DELETE FROM block WHERE path = ?", rows)
            database.executemany("DELETE FROM file WHERE path = ?", rows)
            is_empty = not database.execute("SELECT count(*) FROM file").fetchone()[0]
        with self._lock:
            self._database.close()
            if is_empty:
                self.path.unlink(missing_ok=True)

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(
            self.path, timeout=1, isolation_level=None, check_same_thread=False
        )
        try:
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("PRAGMA journal_mode = WAL")  # a line is one write to the disk
            database.execute("PRAGMA synchronous = FULL")
            database.execute("BEGIN EXCLUSIVE")
            for statement in _TABLES.split(";"):
                database.execute(statement)
            database.execute("COMMIT")
        except sqlite3.Error:
            database.close()
            raise
        return database

    @contextmanager
    def _changing(self) -> Generator[sqlite3.Connection]:
        """Give the database for a change that happens whole or not at all."""
        with self._lock:
            try:
                self._database.execute("BEGIN")
                yield self._database
                self._database.execute("COMMIT")
            except sqlite3.Error as error:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise self._error(error) from error

    def _error(self, error: sqlite3.Error) -> DownloadError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            return DownloadError(
                "The disk is full: the journal of the download cannot grow.",
                hint=f"Make room on the disk of {self.path.parent}, and go on; nothing is lost.",
                kind="full",
            )
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return DownloadError(
                f"Another download works in {self.path.parent}.",
                hint="Wait for it, or end the other program.",
                kind="unwritable",
            )
        return DownloadError(
            f"The journal of the download, {self.path}, cannot be written: {error}.",
            hint="Check that the disk is there, and the permissions of the folder.",
            kind="unwritable",
        )


def _record(database: sqlite3.Connection, file: RemoteFile) -> Record | None:
    wanted = (file.path, file.size_bytes, file.sha256)
    found = database.execute(
        "SELECT source, etag, seal FROM file WHERE path = ? AND size = ? AND sha256 = ?", wanted
    ).fetchone()
    if not found:
        return None
    rows = database.execute(
        "SELECT start, end, crc FROM block WHERE path = ? ORDER BY start", (file.path,)
    )
    source, etag, seal = found
    return Record(source, etag, _seal(seal), tuple(Block(*row) for row in rows))


def _begin(database: sqlite3.Connection, file: RemoteFile) -> Record:
    """Write down that nothing is known of a file yet."""
    database.execute("DELETE FROM block WHERE path = ?", (file.path,))
    database.execute(
        "INSERT OR REPLACE INTO file (path, size, sha256) VALUES (?, ?, ?)",
        (file.path, file.size_bytes, file.sha256),
    )
    return Record()


def _seal(text: str) -> Seal | None:
    return Seal.from_json(json.loads(text)) if text else None
