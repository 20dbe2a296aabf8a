# SPDX-License-Identifier: Apache-2.0
"""The list of chats: names, folders, pins, drafts, places, deletion and its undoing."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from typing import Any

from ktdesk.chats.database import Database
from ktdesk.chats.records import Chat, Folder, Place
from ktdesk.chats.values import CHAT, chat_of, clean, to_json
from ktdesk.errors import ChatsError

MOST_TITLE = 200  # characters


class Catalog:
    """The chats of a store, without what is said in them. Every method may raise ChatsError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Chat]:
        """Return the chats that are not deleted, the newest first.

        Their drafts, instructions and settings are left out.
        """
        columns = CHAT
        for name, instead in (("draft", "''"), ("system_prompt", "''"), ("settings", "'{}'")):
            columns = columns.replace(name, instead)
        return self._chats(
            f"SELECT {columns} FROM chat WHERE deleted IS NULL ORDER BY updated DESC"
        )

    def deleted(self) -> list[Chat]:
        """Return the chats that can be brought back, the last deleted first."""
        return self._chats(
            f"SELECT {CHAT} FROM chat WHERE deleted IS NOT NULL ORDER BY deleted DESC"
        )

    def find(self, chat_id: int) -> Chat | None:
        """Return a chat, also a deleted one; None if there is none."""
        found = self._chats(f"SELECT {CHAT} FROM chat WHERE id = ?", chat_id)
        return found[0] if found else None

    def get(self, chat_id: int) -> Chat:
        """Return a chat, also a deleted one. Raises ChatsError if there is none."""
        if chat := self.find(chat_id):
            return chat
        raise ChatsError(
            "This chat is no longer there.", hint="Another KTDesk may have deleted it for good."
        )

    def new(
        self,
        title: str = "",
        *,
        folder_id: int | None = None,
        system_prompt: str = "",
        settings: Mapping[str, Any] | None = None,
        origin: str = "",
    ) -> int:
        """Add a chat and return its id. origin: what it was imported from."""
        now = time.time()
        sql = (
            "INSERT INTO chat (title, folder_id, system_prompt, settings, origin, created, updated)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        values = (
            _short(title), folder_id, clean(system_prompt), to_json(settings or {}), origin, now,
            now,
        )  # fmt: skip
        with self._database.writing() as connection:
            return _row_id(connection.execute(sql, values))

    def has_origin(self, origin: str) -> bool:
        """Return whether a chat that is not deleted was imported from there."""
        sql = "SELECT 1 FROM chat WHERE origin = ? AND deleted IS NULL"
        with self._database.reading() as connection:
            return connection.execute(sql, (origin,)).fetchone() is not None

    def rename(self, chat_id: int, title: str) -> None:
        """Give a chat the user's own title; an empty one lets KTDesk choose again."""
        self._set(chat_id, title=_short(title), has_own_title=int(bool(title.strip())))

    def suggest_title(self, chat_id: int, title: str) -> None:
        """Give a chat a title unless the user gave it one."""
        with self._database.writing() as connection:
            sql = "UPDATE chat SET title = ? WHERE id = ? AND NOT has_own_title"
            connection.execute(sql, (_short(title), chat_id))

    def pin(self, chat_id: int, is_pinned: bool) -> None:
        """Keep a chat at the top, or no longer."""
        self._set(chat_id, is_pinned=int(is_pinned))

    def move(self, chat_id: int, folder_id: int | None) -> None:
        """Put a chat into a folder, or out of one."""
        self._set(chat_id, folder_id=folder_id)

    def set_system_prompt(self, chat_id: int, text: str) -> None:
        """Store the instructions of a chat."""
        self._set(chat_id, system_prompt=clean(text))

    def set_settings(self, chat_id: int, settings: Mapping[str, Any]) -> None:
        """Store what a chat sets otherwise than the program."""
        self._set(chat_id, settings=to_json(settings))

    def set_draft(self, chat_id: int, text: str) -> None:
        """Store what is written and not yet asked."""
        self._set(chat_id, draft=clean(text))

    def set_place(self, chat_id: int, place: Place | None) -> None:
        """Store where the reader is; None: at the end."""
        values = (place.message_id, place.offset) if place else (None, 0)
        self._set(chat_id, place_id=values[0], place_offset=values[1])

    def set_times(self, chat_id: int, created: float, updated: float) -> None:
        """Say when a chat that was imported began and was last used; 0.0 leaves what is stored."""
        if created or updated:
            self._set(chat_id, created=created or updated, updated=updated or created)

    def delete(self, chat_id: int) -> None:
        """Delete a chat; `restore` brings it back until it is purged."""
        self._set(chat_id, deleted=time.time())

    def restore(self, chat_id: int) -> None:
        """Bring a deleted chat back."""
        self._set(chat_id, deleted=None)

    def purge(self, deleted_before: float) -> int:
        """Remove for good what was deleted before a time; return how many chats."""
        with self._database.reading() as connection:
            old = "deleted IS NOT NULL AND deleted < ?"
            chats = f"SELECT 1 FROM chat WHERE {old}"
            messages = f"SELECT 1 FROM message WHERE {old} AND content || thinking != ''"
            is_needed = any(
                connection.execute(sql + " LIMIT 1", (deleted_before,)).fetchone()
                for sql in (chats, messages)
            )
        if not is_needed:
            return 0
        with self._database.writing() as connection:
            count = connection.execute(f"DELETE FROM chat WHERE {old}", (deleted_before,)).rowcount
            # A deleted message remains a link of its tree, without its text.
            connection.execute(
                "DELETE FROM attachment WHERE message_id IN"
                f" (SELECT id FROM message WHERE {old})", (deleted_before,)
            )  # fmt: skip
            connection.execute(
                f"UPDATE message SET content = '', thinking = '' WHERE {old}", (deleted_before,)
            )
            connection.execute(
                "DELETE FROM content WHERE sha256 NOT IN (SELECT sha256 FROM attachment)"
            )
        return count

    def folders(self) -> list[Folder]:
        """Return the folders by name."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT id, title FROM folder").fetchall()
        return sorted((Folder(*row) for row in rows), key=lambda folder: folder.title.casefold())

    def new_folder(self, title: str) -> int:
        """Add a folder and return its id."""
        with self._database.writing() as connection:
            return _row_id(
                connection.execute("INSERT INTO folder (title) VALUES (?)", (_short(title),))
            )

    def rename_folder(self, folder_id: int, title: str) -> None:
        """Rename a folder."""
        with self._database.writing() as connection:
            sql = "UPDATE folder SET title = ? WHERE id = ?"
            connection.execute(sql, (_short(title), folder_id))

    def delete_folder(self, folder_id: int) -> None:
        """Remove a folder; its chats stay, outside of any."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM folder WHERE id = ?", (folder_id,))

    def remember(self, name: str, value: Any) -> None:
        """Store a JSON value of a program's own: the layout of its window, say."""
        sql = "INSERT OR REPLACE INTO remembered (name, value) VALUES (?, ?)"
        with self._database.writing() as connection:
            connection.execute(sql, (name, json.dumps(value)))

    def remembered(self, name: str, default: Any = None) -> Any:
        """Return a value that was stored by `remember`."""
        with self._database.reading() as connection:
            sql = "SELECT value FROM remembered WHERE name = ?"
            row = connection.execute(sql, (name,)).fetchone()
        try:
            return json.loads(row[0]) if row else default
        except ValueError:
            return default

    def _chats(self, sql: str, *values: object) -> list[Chat]:
        with self._database.reading() as connection:
            return [chat_of(row) for row in connection.execute(sql, values)]

    def _set(self, chat_id: int, **values: object) -> None:
        names = ", ".join(f"{name} = ?" for name in values)
        with self._database.writing() as connection:
            connection.execute(f"UPDATE chat SET {names} WHERE id = ?", (*values.values(), chat_id))


def _short(title: str) -> str:
    return clean(" ".join(title.split()))[:MOST_TITLE]


def _row_id(cursor: sqlite3.Cursor) -> int:
    assert cursor.lastrowid is not None
    return cursor.lastrowid
