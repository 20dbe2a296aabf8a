# SPDX-License-Identifier: Apache-2.0
"""One connection to the file, for all threads in turn, with errors said in words."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from ktdesk.errors import ChatsError
from ktdesk.write_ahead import write_ahead

BUSY_S = 10.0  # how long another program may write before it is an error

_log = logging.getLogger(__name__)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Database:
    """Reads and writes one SQLite file. Several of them, and several programs, may use one file."""

    def __init__(self, path: Path) -> None:
        """Open the file; make it if there is none. Raises ChatsError."""
        self.path = path
        self._lock = threading.RLock()
        self._is_closed = False
        with self._said_in_words():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # nobody else's to read
            self._connection = sqlite3.connect(
                path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
            )
        self._connection.text_factory = text_of
        try:
            with self._said_in_words():
                write_ahead(self._connection, BUSY_S)
                for pragma in ("synchronous = NORMAL", "foreign_keys = ON"):
                    self._connection.execute(f"PRAGMA {pragma}")
        except BaseException:
            self._connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """Give the connection for one or more SELECTs. Raises ChatsError."""
        with self._lock, self._said_in_words():
            self._check_open()
            yield self._connection

    @contextmanager
    def writing(self, *, is_durable: bool = False) -> Generator[sqlite3.Connection]:
        """Give the connection for one transaction: all of it is stored, or nothing.

        is_durable: it has reached the disk when this returns, and outlives a loss of power; any
        other outlives only the end of this program. Within another `writing` it is part of that.
        Raises ChatsError.
        """
        with self._lock, self._said_in_words():
            self._check_open()
            connection = self._connection
            if connection.in_transaction:
                yield connection
                return
            if is_durable:
                connection.execute("PRAGMA synchronous = FULL")
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            finally:
                if is_durable:
                    connection.execute("PRAGMA synchronous = NORMAL")

    def changes_of_others(self) -> int:
        """Return a number that changes when another connection has written to the file."""
        with self.reading() as connection:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """End the use of the file; calling it again does nothing."""
        with self._lock:
            self._is_closed = True
            self._connection.close()

    def _check_open(self) -> None:
        if self._is_closed:  # a thread was slower than the end of the program
            raise ChatsError("The chats are closed.", hint="Start KTDesk again.")

    @contextmanager
    def _said_in_words(self) -> Generator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            said = _words(error, self.path)
            if said is None:
                raise
            _log.info("chats: %s", error)
            if error.sqlite_errorcode & 0xFF in _DAMAGED:
                mark_damaged(self.path)
            raise said from error
        except UnicodeDecodeError as error:  # of a damaged schema, in the words of the error
            mark_damaged(self.path)
            raise _damaged(self.path) from error
        except OSError as error:
            raise ChatsError(
                f"The chats in {self.path.parent} cannot be used: {error.strerror or error}.",
                hint="See that the folder exists and that you may write to it.",
            ) from error


def text_of(stored: bytes) -> str:
    """Return a stored text; what damage has done to it shows as replacement marks."""
    return stored.decode("utf-8", "replace")


def damage_mark(path: Path) -> Path:
    """Return the path of the file that says that a database was found damaged."""
    return path.with_name(path.name + ".damaged")


def mark_damaged(path: Path) -> None:
    """Have the file looked through when it is opened the next time."""
    try:
        damage_mark(path).touch()
    except OSError as error:
        _log.info("the mark of damage cannot be written: %s", error)


def unmark(path: Path) -> None:
    """Say that the file has been looked through."""
    try:
        damage_mark(path).unlink(missing_ok=True)
    except OSError as error:
        _log.info("the mark of damage cannot be removed: %s", error)


def _damaged(path: Path) -> ChatsError:
    return ChatsError(
        f"The file of the chats is damaged: {path}.",
        hint="Start KTDesk again: it sets the file aside and keeps all that can be read.",
    )


def _words(error: sqlite3.DatabaseError, path: Path) -> ChatsError | None:
    """Return what to tell the user, or None if the error is a fault of KTDesk."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return ChatsError(
            f"There is no space left for the chats in {path.parent}.",
            hint="Free some space on that disk. What is on the screen is not stored yet.",
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return ChatsError(
            "Another program has been writing to the chats for too long.",
            hint="Wait a moment and try again, or close the other KTDesk.",
        )
    if code in _DAMAGED:
        return _damaged(path)
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
        return ChatsError(
            f"The file of the chats cannot be used: {path} ({error}).",
            hint="See that the folder exists, that you may write to it, and that the disk works.",
        )
    return None
