# SPDX-License-Identifier: Apache-2.0
"""Reading what can be read of a damaged file into a fresh one, row by row."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ktdesk.chats.database import Database, text_of

TABLES = ("folder", "chat", "content", "message", "attachment", "remembered")
_MOST_MISSES = 100_000  # rows in a row that cannot be read, after which a table has ended

# SQLite since 3.44 also finds what is wrong with the index, which is made anew: nothing is lost.
_OF_INDEX = "FTS5 table"
_MOST_FINDINGS = 100

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recovery:
    """What became of a damaged file. set_aside: where it is now. Counts are of rows that remain."""

    set_aside: Path
    chats: int
    messages: int


def is_damaged(path: Path) -> bool:
    """Return whether a file is no sound database, but for its index of words. Reads all of it."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            findings = connection.execute(f"PRAGMA quick_check({_MOST_FINDINGS})").fetchall()
            return any(text != "ok" and _OF_INDEX not in text for (text,) in findings)
    except (sqlite3.DatabaseError, UnicodeDecodeError):
        return True


def recover(damaged: Path, fresh: Database) -> Recovery:
    """Copy every readable row into a fresh file, and mend what points to lost ones."""
    with fresh.writing(is_durable=True) as target:
        target.execute("PRAGMA defer_foreign_keys = ON")
        try:
            with closing(sqlite3.connect(damaged)) as source:
                source.text_factory = text_of
                source.execute("PRAGMA writable_schema = ON")  # also if the end is cut off
                for table in TABLES:
                    _copy(source, target, table)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            _log.info("nothing more can be read of %s: %s", damaged, error)
        _mend(target)
        chats, messages = (
            int(target.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
            for table in ("chat", "message")
        )
    return Recovery(damaged, chats, messages)


def _copy(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> None:
    wanted = [row[1] for row in target.execute(f"PRAGMA table_info({table})")]
    present = {row[1] for row in source.execute(f"PRAGMA table_info({table})")}
    columns = ", ".join(name for name in wanted if name in present)
    if not columns:
        return
    marks = ", ".join("?" * len(columns.split(", ")))
    into = f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})"
    for row in _rows(source, table, columns):
        try:
            target.execute(into, row)
        except sqlite3.DatabaseError as error:  # damage that looks like a row
            _log.info("a row of %s is not what it should be: %s", table, error)


def _rows(source: sqlite3.Connection, table: str, columns: str) -> Iterator[tuple[object, ...]]:
    """Yield the rows that can be read: in order, and behind a damaged page one by one."""
    at = 0
    select = f"SELECT rowid, {columns} FROM {table}"
    try:
        for number, *row in source.execute(f"{select} ORDER BY rowid"):
            at = number
            yield tuple(row)
    except sqlite3.DatabaseError as error:
        _log.info("%s is damaged after row %d: %s", table, at, error)
    else:
        return
    misses = 0
    while misses < _MOST_MISSES:
        at += 1
        try:
            found = source.execute(f"{select} WHERE rowid = ?", (at,)).fetchone()
        except sqlite3.DatabaseError:
            found = None
        misses = 0 if found else misses + 1
        if found:
            yield tuple(found[1:])


def _mend(target: sqlite3.Connection) -> None:
    """Give what is left a whole tree: no chat is hidden, no message hangs on a lost one."""
    target.execute(
        "INSERT OR IGNORE INTO chat (id, title, created, updated)"
        " SELECT chat_id, '', min(created), max(updated) FROM message"
        " WHERE chat_id NOT IN (SELECT id FROM chat) GROUP BY chat_id"
    )
    target.execute(
        "UPDATE chat SET folder_id = NULL WHERE folder_id NOT IN (SELECT id FROM folder)"
    )
    # What has lost its parent follows the message before it.
    target.execute(
        "UPDATE message SET parent_id = (SELECT max(m.id) FROM message m"
        " WHERE m.chat_id = message.chat_id AND m.id < message.id)"
        " WHERE parent_id >= id OR parent_id NOT IN (SELECT id FROM message)"
    )
    target.execute(
        "UPDATE chat SET leaf_id = (SELECT max(id) FROM message WHERE chat_id = chat.id)"
        " WHERE leaf_id IS NULL OR leaf_id NOT IN (SELECT id FROM message)"
    )
    target.execute("DELETE FROM attachment WHERE message_id NOT IN (SELECT id FROM message)")
