# SPDX-License-Identifier: Apache-2.0
"""Answers that grow: stored before the engine starts, while it writes, and when it has ended."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from typing import Any

from ktdesk.chats.database import Database
from ktdesk.chats.records import Status
from ktdesk.chats.values import clean, to_json
from ktdesk.chats.writers import is_alive, this_writer
from ktdesk.errors import ChatsError


class Answers:
    """The life of an answer. Every method may raise ChatsError."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = this_writer()

    def ask(
        self, chat_id: int, text: str, *, parent_id: int | None, model: str,
        settings: Mapping[str, Any],
    ) -> tuple[int, int]:  # fmt: skip
        """Store a question and the place of its answer; return the ids of both.

        Both are on the disk when this returns. model, settings: what will make the answer.
        """
        with self._database.writing(is_durable=True) as connection:
            now = time.time()
            question = connection.execute(
                "INSERT INTO message (chat_id, parent_id, role, content, created, updated)"
                " VALUES (?, ?, 'user', ?, ?, ?)",
                (chat_id, parent_id, clean(text), now, now),
            ).lastrowid
            assert question is not None
            return question, self.begin(question, model=model, settings=settings)

    def begin(self, parent_id: int, *, model: str, settings: Mapping[str, Any]) -> int:
        """Store the place of an answer to a question, and show it; return its id.

        A question that has answers gets another version of them.
        """
        with self._database.writing(is_durable=True) as connection:
            chat_id, now = self._chat_of(connection, parent_id), time.time()
            id_ = connection.execute(
                "INSERT INTO message (chat_id, parent_id, role, content, status, model, settings,"
                " writer, created, updated)"
                " VALUES (?, ?, 'assistant', '', 'pending', ?, ?, ?, ?, ?)",
                (chat_id, parent_id, clean(model), to_json(settings), self._writer, now, now),
            ).lastrowid
            assert id_ is not None
            connection.execute(
                "UPDATE chat SET leaf_id = ?, updated = ? WHERE id = ?", (id_, now, chat_id)
            )
            return id_

    def made_by(self, message_id: int, model: str, settings: Mapping[str, Any]) -> None:
        """Say what makes an answer after all, whose place was stored before that was known."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE message SET model = ?, settings = ? WHERE id = ?",
                (clean(model), to_json(settings), message_id),
            )

    def go_on(self, message_id: int) -> None:
        """Say that an answer that was stopped grows again."""
        with self._database.writing(is_durable=True) as connection:
            connection.execute(
                "UPDATE message SET status = 'streaming', writer = ?, error = '' WHERE id = ?",
                (self._writer, message_id),
            )

    def grow(self, message_id: int, content: str, thinking: str = "", thinking_ms: int = 0) -> None:
        """Store what there is of an answer; it outlives the end of this program."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE message SET content = ?, thinking = ?, thinking_ms = ?,"
                " status = 'streaming', updated = ? WHERE id = ?",
                (clean(content), clean(thinking), thinking_ms, time.time(), message_id),
            )

    def end(
        self,
        message_id: int,
        status: Status,
        content: str,
        thinking: str = "",
        *,
        thinking_ms: int = 0,
        stats: Mapping[str, Any] | None = None,
        error: str = "",
    ) -> None:
        """Store an answer that has ended; it is on the disk when this returns."""
        with self._database.writing(is_durable=True) as connection:
            connection.execute(
                "UPDATE message SET content = ?, thinking = ?, thinking_ms = ?, status = ?,"
                " error = ?, stats = ?, writer = NULL, updated = ? WHERE id = ?",
                (
                    clean(content), clean(thinking), thinking_ms, status, clean(error),
                    to_json(stats or {}), time.time(), message_id,
                ),
            )  # fmt: skip

    def discard(self, message_id: int) -> None:
        """Remove an answer of which there is nothing; the version before it is shown, if any."""
        with self._database.writing() as connection:
            _remove(connection, message_id)

    def end_abandoned(self) -> int:
        """End the answers whose programs no longer run; return how many.

        Their text stays, as that of stopped ones; of an answer without text the question stays.
        """
        with self._database.reading() as connection:
            sql = (
                "SELECT id, writer, content || thinking = '' FROM message"
                " WHERE status IN ('pending', 'streaming')"
            )
            rows = connection.execute(sql).fetchall()
        alive = {writer: is_alive(writer or "") for writer in {row[1] for row in rows}}
        dead = [row for row in rows if not alive[row[1]]]
        if dead:
            with self._database.writing(is_durable=True) as connection:
                for id_, _, is_empty in dead:
                    if is_empty:
                        _remove(connection, id_)
                    else:
                        connection.execute(
                            "UPDATE message SET status = 'stopped', writer = NULL WHERE id = ?",
                            (id_,),
                        )
        return len(dead)

    @staticmethod
    def _chat_of(connection: sqlite3.Connection, message_id: int) -> int:
        sql = "SELECT chat_id FROM message WHERE id = ?"
        if row := connection.execute(sql, (message_id,)).fetchone():
            return int(row[0])
        raise ChatsError(
            "This message is no longer there.", hint="Another KTDesk may have deleted its chat."
        )


def _remove(connection: sqlite3.Connection, message_id: int) -> None:
    sql = "SELECT chat_id, parent_id FROM message WHERE id = ?"
    row = connection.execute(sql, (message_id,)).fetchone()
    if row is None:
        return
    chat_id, parent_id = row
    connection.execute("DELETE FROM message WHERE id = ?", (message_id,))
    other = connection.execute(
        "SELECT max(id) FROM message WHERE chat_id = ? AND parent_id IS ? AND role = 'assistant'"
        " AND deleted IS NULL", (chat_id, parent_id),
    ).fetchone()[0]  # fmt: skip
    leaf = "SELECT leaf_id FROM chat WHERE id = ?"
    if connection.execute(leaf, (chat_id,)).fetchone()[0] == message_id:
        connection.execute(
            "UPDATE chat SET leaf_id = ? WHERE id = ?", (other or parent_id, chat_id)
        )
