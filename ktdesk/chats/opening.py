# SPDX-License-Identifier: Apache-2.0
"""Opening the chats: newer files are refused, older ones brought forward, damaged ones set aside.

Answers that a program was writing when it died are ended.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from ktdesk.chats.database import Database, damage_mark, unmark
from ktdesk.chats.recovery import Recovery, is_damaged, recover
from ktdesk.chats.schema import APPLICATION_ID, STEPS
from ktdesk.chats.store import ChatStore
from ktdesk.errors import ChatsError
from ktdesk.settings import data_folder

BACKUPS = 3  # that are kept
KEEP_DELETED_S = 30 * 86400.0  # deleted chats can be brought back this long


def chats_file() -> Path:
    """Return where the chats of this user are."""
    return data_folder() / "chats" / "chats.sqlite3"


def open_chats(path: Path | None = None, steps: Sequence[str] = STEPS) -> ChatStore:
    """Return the store in a file, by default the user's. It is made if there is none.

    `ChatStore.recovery` says what was lost and kept if the file was damaged. Raises ChatsError.
    """
    path = path or chats_file()
    is_marked = damage_mark(path).exists()
    recovery = None
    if is_marked:
        recovery = _set_aside(path, steps) if path.exists() and is_damaged(path) else None
        unmark(path)
    try:
        store = _open(path, steps)
    except ChatsError:
        if recovery or not damage_mark(path).exists():
            raise
        recovery = _set_aside(path, steps)  # the damage shows only in use
        unmark(path)
        store = _open(path, steps)
    if is_marked and not recovery:
        store.search.rebuild()  # the only part that the check leaves out
    store.recovery = recovery
    return store


def temporary_chats() -> ChatStore:
    """Return a store that is gone when it is closed: for when the user's cannot be used."""
    folder = tempfile.TemporaryDirectory(prefix="ktdesk-chats-", ignore_cleanup_errors=True)
    store = _open(Path(folder.name) / "chats.sqlite3", STEPS)
    store.folder = folder
    return store


def migrate(database: Database, steps: Sequence[str]) -> None:
    """Bring a file to the newest version; back it up first. Raises ChatsError if it is newer."""
    with database.reading() as connection:
        version = _number(connection, "user_version")
        owner = _number(connection, "application_id")
    if version > len(steps) or owner not in (0, APPLICATION_ID):
        raise ChatsError(
            f"The chats were stored by a newer KTDesk: version {version} of the file, while this "
            f"one reads up to {len(steps)}.",
            hint=f"Install the newest KTDesk. The file stays as it is: {database.path}",
        )
    if version == len(steps):
        return
    if version:
        _back_up(database, version)
    for number, step in enumerate(steps, 1):
        with database.writing(is_durable=True) as connection:
            if _number(connection, "user_version") >= number:  # another program was faster
                continue
            for statement in _statements(step):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _open(path: Path, steps: Sequence[str]) -> ChatStore:
    database = Database(path)
    try:
        migrate(database, steps)
        store = ChatStore(database)
        store.messages.end_abandoned()
        store.chats.purge(time.time() - KEEP_DELETED_S)
    except BaseException:
        database.close()
        raise
    return store


def _set_aside(path: Path, steps: Sequence[str]) -> Recovery:
    """Move a damaged file away, with what belongs to it, and keep what can be read of it."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    aside = path.with_name(f"{path.stem}-damaged-{stamp}{path.suffix}")
    try:
        for ending in ("", "-wal", "-shm"):
            old = path.with_name(path.name + ending)
            if old.exists():
                old.replace(aside.with_name(aside.name + ending))
    except OSError as error:
        raise ChatsError(
            f"The file of the chats is damaged, and cannot be set aside: {error.strerror}.",
            hint=f"Close other programs that use it, then move it away yourself: {path}",
        ) from error
    with Database(path) as fresh:
        migrate(fresh, steps)
        return recover(aside, fresh)


def _back_up(database: Database, version: int) -> None:
    folder = database.path.parent / "backups"
    stamp = time.strftime("%Y%m%d-%H%M%S")
    target = folder / f"{database.path.stem}-v{version}-{stamp}.sqlite3"
    try:
        folder.mkdir(exist_ok=True)
        with database.reading() as connection:
            copy = sqlite3.connect(target)
            try:
                connection.backup(copy)
            finally:
                copy.close()
        kept = sorted(folder.glob("*.sqlite3"), key=lambda file: (file.stat().st_mtime, file.name))
        for old in kept[:-BACKUPS]:
            old.unlink()
    except (OSError, sqlite3.Error) as error:
        raise ChatsError(
            f"The chats cannot be backed up before they are brought to a new version: {error}.",
            hint=f"Free some space in {folder}, then start KTDesk again.",
        ) from error


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchone()[0])


def _statements(step: str) -> list[str]:
    """Return the statements of a step: `executescript` would end the transaction."""
    statements, now = list[str](), ""
    for line in step.splitlines(keepends=True):
        now += line
        if sqlite3.complete_statement(now):
            statements.append(now)
            now = ""
    if now.strip():
        statements.append(now)
    return statements
