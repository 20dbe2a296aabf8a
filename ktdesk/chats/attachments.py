# SPDX-License-Identifier: Apache-2.0
"""Files that belong to messages. Equal contents are kept once, in the same file as the chats.

So a backup has them, and a transaction holds message and file together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from ktdesk.chats.database import Database
from ktdesk.chats.records import Attachment
from ktdesk.chats.values import ATTACHMENT, attachment_of, clean
from ktdesk.errors import ChatsError, format_bytes

MOST_BYTES = 64 << 20


class Attachments:
    """The files of a store. Every method may raise ChatsError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, message_id: int, name: str, media_type: str, data: bytes) -> Attachment:
        """Attach a file to a message. Raises ChatsError if it has more than MOST_BYTES."""
        if len(data) > MOST_BYTES:
            raise ChatsError(
                f"{name} is too large to be kept with a chat: {format_bytes(len(data))}.",
                hint=f"Attach a part of it, of at most {format_bytes(MOST_BYTES)}.",
            )
        digest = hashlib.sha256(data).hexdigest()
        values = (message_id, clean(name), clean(media_type), len(data), digest)
        with self._database.writing(is_durable=True) as connection:
            connection.execute("INSERT OR IGNORE INTO content VALUES (?, ?)", (digest, data))
            id_ = connection.execute(
                "INSERT INTO attachment (message_id, name, media_type, size_bytes, sha256)"
                " VALUES (?, ?, ?, ?, ?)", values,
            ).lastrowid  # fmt: skip
        assert id_ is not None
        return Attachment(id_, *values)

    def of(self, message_ids: Sequence[int]) -> dict[int, list[Attachment]]:
        """Return what is attached to messages, by their ids."""
        marks = ", ".join("?" * len(message_ids))
        sql = f"SELECT {ATTACHMENT} FROM attachment WHERE message_id IN ({marks}) ORDER BY id"
        found = dict[int, list[Attachment]]()
        with self._database.reading() as connection:
            for row in connection.execute(sql, tuple(message_ids)):
                found.setdefault(row[1], []).append(attachment_of(row))
        return found

    def read(self, attachment: Attachment) -> bytes:
        """Return the bytes of a file. Raises ChatsError if they are lost or not the ones stored."""
        with self._database.reading() as connection:
            sql = "SELECT bytes FROM content WHERE sha256 = ?"
            row = connection.execute(sql, (attachment.sha256,)).fetchone()
        if row is None or hashlib.sha256(row[0]).hexdigest() != attachment.sha256:
            raise ChatsError(
                f"The content of {attachment.name} is lost.", hint="Attach the file again."
            )
        return bytes(row[0])
