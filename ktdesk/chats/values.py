# SPDX-License-Identifier: Apache-2.0
"""Between rows of the tables and the records, forgiving about what a file holds."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any, cast

from ktdesk.chats.records import ROLES, STATUSES, Attachment, Chat, Place, Status, StoredMessage
from ktdesk.text.messages import Role

CHAT = (
    "id, title, has_own_title, folder_id, is_pinned, system_prompt, settings, leaf_id, draft,"
    " place_id, place_offset, created, updated, deleted"
)
MESSAGE = (
    "id, chat_id, parent_id, role, content, thinking, thinking_ms, status, error, model,"
    " settings, stats, created, updated"
)
ATTACHMENT = "id, message_id, name, media_type, size_bytes, sha256"


def clean(text: str) -> str:
    """Return a text that can be stored: halves of characters become replacement marks."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


def to_json(values: Mapping[str, Any]) -> str:
    """Return values as they are stored."""
    return json.dumps(dict(values), ensure_ascii=False, default=str)


def from_json(text: str) -> Mapping[str, Any]:
    """Return stored values; none if they cannot be read."""
    try:
        values: object = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", values) if isinstance(values, dict) else {}


def chat_of(row: sqlite3.Row | tuple[Any, ...]) -> Chat:
    """Return the chat of a row of the columns CHAT."""
    place = None if row[9] is None else Place(row[9], row[10])
    return Chat(
        id=row[0],
        title=row[1],
        has_own_title=bool(row[2]),
        folder_id=row[3],
        is_pinned=bool(row[4]),
        system_prompt=row[5],
        settings=from_json(row[6]),
        leaf_id=row[7],
        draft=row[8],
        place=place,
        created=row[11],
        updated=row[12],
        deleted=row[13],
    )


def message_of(row: sqlite3.Row | tuple[Any, ...]) -> StoredMessage:
    """Return the message of a row of the columns MESSAGE."""
    return StoredMessage(
        id=row[0],
        chat_id=row[1],
        parent_id=row[2],
        role=cast("Role", row[3] if row[3] in ROLES else "user"),
        content=row[4],
        thinking=row[5],
        thinking_ms=row[6],
        status=cast("Status", row[7] if row[7] in STATUSES else "stopped"),
        error=row[8],
        model=row[9],
        settings=from_json(row[10]),
        stats=from_json(row[11]),
        created=row[12],
        updated=row[13],
    )


def attachment_of(row: sqlite3.Row | tuple[Any, ...]) -> Attachment:
    """Return the attachment of a row of the columns ATTACHMENT."""
    return Attachment(*row)
