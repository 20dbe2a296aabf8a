# SPDX-License-Identifier: Apache-2.0
"""The messages of chats: a tree each, of which one branch is shown.

Ids grow, so a message's id is above its parent's, and the greatest id below a message is the end of
the branch that grew last. Links that damage has bent the other way are not followed.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ktdesk.chats.answers import Answers
from ktdesk.chats.records import NewMessage, StoredMessage
from ktdesk.chats.values import MESSAGE, clean, message_of, to_json

# From a message (:id) to the first of its chat, deleted ones included.
_UPWARDS = """
WITH RECURSIVE up (id, parent_id, deleted, height) AS (
    SELECT id, parent_id, deleted, 0 FROM message WHERE id = :id
    UNION ALL
    SELECT m.id, m.parent_id, m.deleted, up.height + 1
    FROM message m JOIN up ON m.id = up.parent_id AND m.id < up.id
)
SELECT id FROM up WHERE deleted IS NULL ORDER BY height DESC
"""
# A message (:id) and all below it.
_DOWNWARDS = """
WITH RECURSIVE below (id, chat_id, deleted) AS (
    SELECT id, chat_id, deleted FROM message WHERE id = :id
    UNION ALL
    SELECT m.id, m.chat_id, m.deleted
    FROM message m JOIN below
    ON m.parent_id = below.id AND m.chat_id = below.chat_id AND m.id > below.id
)
SELECT max(id) FROM below WHERE deleted IS NULL
"""
_AT_ONCE = 500  # ids in one statement


class Tree(Answers):
    """The messages of a store. Every method may raise ChatsError."""

    def path(self, chat_id: int) -> list[int]:
        """Return the ids of the branch that is shown, from its first message on."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT leaf_id FROM chat WHERE id = ?", (chat_id,)).fetchone()
            return self.path_to(row[0]) if row and row[0] is not None else []

    def path_to(self, message_id: int) -> list[int]:
        """Return the ids from the first message of a chat to this one, without deleted ones."""
        with self._database.reading() as connection:
            return [row[0] for row in connection.execute(_UPWARDS, {"id": message_id})]

    def load(self, ids: Sequence[int]) -> dict[int, StoredMessage]:
        """Return messages by id; those that are no longer there are left out."""
        found = dict[int, StoredMessage]()
        with self._database.reading() as connection:
            for some in _portions(ids):
                sql = f"SELECT {MESSAGE} FROM message WHERE id IN ({_marks(some)})"
                found.update((row[0], message_of(row)) for row in connection.execute(sql, some))
        return found

    def get(self, message_id: int) -> StoredMessage | None:
        """Return one message; None if it is no longer there."""
        return self.load([message_id]).get(message_id)

    def versions(self, ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
        """Return for each message the ids of its versions, itself among them, the oldest first."""
        found = dict[int, list[int]]()
        sql = (
            "SELECT m.id, v.id FROM message m JOIN message v"
            " ON v.chat_id = m.chat_id AND v.parent_id IS m.parent_id AND v.role = m.role"
            " WHERE v.deleted IS NULL AND m.id IN ({}) ORDER BY v.id"
        )
        with self._database.reading() as connection:
            for some in _portions(ids):
                for id_, version in connection.execute(sql.format(_marks(some)), some):
                    found.setdefault(id_, []).append(version)
        return {id_: tuple(versions) for id_, versions in found.items()}

    def parents(self, chat_id: int) -> dict[int, int | None]:
        """Return the messages of a chat with their parents, which come before them.

        Deleted messages are left out: what follows one has the parent of that.
        """
        sql = "SELECT id, parent_id, deleted FROM message WHERE chat_id = ? ORDER BY id"
        nearest = dict[int, int | None]()  # of each message: itself, or the one above if deleted
        found = dict[int, int | None]()
        with self._database.reading() as connection:
            for id_, parent, deleted in connection.execute(sql, (chat_id,)):
                above = None if parent is None else nearest.get(parent)
                nearest[id_] = id_ if deleted is None else above
                if deleted is None:
                    found[id_] = above
        return found

    def add(self, chat_id: int, message: NewMessage, *, parent_id: int | None) -> int:
        """Add a whole message below another and show its branch; return its id."""
        with self._database.writing(is_durable=True) as connection:
            id_ = insert(connection, chat_id, message, parent_id=parent_id)
            show_leaf(connection, chat_id, id_)
        return id_

    def edit(self, message_id: int, text: str, settings: Mapping[str, Any] | None = None) -> int:
        """Add a version of a message with another text, and show it; return its id.

        What follows the old version stays below that. The new one has nothing below.
        """
        with self._database.writing(is_durable=True) as connection:
            row = connection.execute(
                f"SELECT {MESSAGE} FROM message WHERE id = ?", (message_id,)
            ).fetchone()
            old = message_of(row)
            new = NewMessage(
                role=old.role,
                content=text,
                model=old.model,
                settings=old.settings if settings is None else settings,
            )
            id_ = insert(connection, old.chat_id, new, parent_id=old.parent_id)
            connection.execute(
                "INSERT INTO attachment (message_id, name, media_type, size_bytes, sha256)"
                " SELECT ?, name, media_type, size_bytes, sha256 FROM attachment"
                " WHERE message_id = ? ORDER BY id", (id_, message_id),
            )  # fmt: skip
            show_leaf(connection, old.chat_id, id_)
        return id_

    def choose(self, message_id: int) -> None:
        """Show the branch of a version: of those that go on from it, the one that grew last."""
        with self._database.writing() as connection:
            chat_id = self._chat_of(connection, message_id)
            newest = connection.execute(_DOWNWARDS, {"id": message_id}).fetchone()[0]
            connection.execute(
                "UPDATE chat SET leaf_id = ? WHERE id = ?", (newest or message_id, chat_id)
            )

    def show_branch_of(self, message_id: int) -> None:
        """Show a branch with this message: the one that is shown, if it has it."""
        message = self.get(message_id)
        if message and message_id not in self.path(message.chat_id):
            self.choose(message_id)

    def show_path_to(self, message_id: int) -> None:
        """Show the branch that ends with this message."""
        with self._database.writing() as connection:
            chat_id = self._chat_of(connection, message_id)
            connection.execute("UPDATE chat SET leaf_id = ? WHERE id = ?", (message_id, chat_id))

    def delete(self, ids: Sequence[int]) -> None:
        """Delete messages; what follows them stays. `restore` brings them back."""
        self._set_deleted(ids, time.time())

    def restore(self, ids: Sequence[int]) -> None:
        """Bring deleted messages back to where they were."""
        self._set_deleted(ids, None)

    def branch(self, message_id: int) -> int:
        """Copy a chat up to a message into a new one; return the id of that chat."""
        with self._database.writing(is_durable=True) as connection:
            chat_id = self._chat_of(connection, message_id)
            now = time.time()
            cursor = connection.execute(
                "INSERT INTO chat (folder_id, title, system_prompt, settings, created, updated)"
                " SELECT folder_id, title, system_prompt, settings, ?, ? FROM chat WHERE id = ?",
                (now, now, chat_id),
            )
            new_chat, parent = cursor.lastrowid, None
            assert new_chat is not None
            for id_ in self.path_to(message_id):
                parent = _copy(connection, id_, new_chat, parent)
            show_leaf(connection, new_chat, parent)
        return new_chat

    def _set_deleted(self, ids: Sequence[int], when: float | None) -> None:
        with self._database.writing() as connection:
            for some in _portions(ids):
                connection.execute(
                    f"UPDATE message SET deleted = ? WHERE id IN ({_marks(some)})", (when, *some)
                )


def insert(
    connection: sqlite3.Connection, chat_id: int, message: NewMessage, *, parent_id: int | None
) -> int:
    """Add the row of a message; return its id."""
    now = time.time()
    cursor = connection.execute(
        "INSERT INTO message (chat_id, parent_id, role, content, thinking, thinking_ms, status,"
        " error, model, settings, stats, created, updated)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            chat_id, parent_id, message.role, clean(message.content), clean(message.thinking),
            message.thinking_ms, message.status, clean(message.error), clean(message.model),
            to_json(message.settings), to_json(message.stats), message.created or now,
            message.updated or message.created or now,
        ),
    )  # fmt: skip
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def show_leaf(connection: sqlite3.Connection, chat_id: int, leaf_id: int | None) -> None:
    """Make a message the end of the branch that is shown, and its chat the newest."""
    connection.execute(
        "UPDATE chat SET leaf_id = ?, updated = ? WHERE id = ?", (leaf_id, time.time(), chat_id)
    )


def _copy(connection: sqlite3.Connection, id_: int, chat_id: int, parent_id: int | None) -> int:
    columns = MESSAGE.removeprefix("id, chat_id, parent_id, ")
    cursor = connection.execute(
        f"INSERT INTO message (chat_id, parent_id, {columns})"
        f" SELECT ?, ?, {columns} FROM message WHERE id = ?",
        (chat_id, parent_id, id_),
    )
    new = cursor.lastrowid
    assert new is not None
    connection.execute(
        "UPDATE message SET status = 'stopped' WHERE id = ? AND status IN ('pending', 'streaming')",
        (new,),
    )
    connection.execute(
        "INSERT INTO attachment (message_id, name, media_type, size_bytes, sha256)"
        " SELECT ?, name, media_type, size_bytes, sha256 FROM attachment WHERE message_id = ?"
        " ORDER BY id", (new, id_),
    )  # fmt: skip
    return new


def _portions(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))


def _marks(ids: Sequence[int]) -> str:
    return ", ".join("?" * len(ids))
