# SPDX-License-Identifier: Apache-2.0
"""Chats in groups: pinned, folders, and the others by their day. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ktdesk.chats import Chat, Folder
from ktdesk.chats.search import Hit

DAYS = (("today", 0), ("yesterday", 1), ("week", 7), ("month", 30))


@dataclass(frozen=True, slots=True)
class Row:
    """One chat in the list. snippet, marks: where the words were found, in a search."""

    chat_id: int
    title: str
    is_pinned: bool = False
    folder_id: int | None = None
    snippet: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a heading. kind: 'pinned', 'folder', 'found', 'older', or one of DAYS."""

    kind: str
    rows: tuple[Row, ...]
    title: str = ""  # of a folder
    folder_id: int | None = None


def group_chats(chats: Sequence[Chat], folders: Iterable[Folder], today: date) -> list[Group]:
    """Return the groups that have chats, and all folders; each chat is in one of them."""
    known = list(folders)
    ids = {folder.id for folder in known}
    pinned = [chat for chat in chats if chat.is_pinned]
    rest = [chat for chat in chats if not chat.is_pinned]
    groups = [_group("pinned", pinned)]
    groups += [
        Group(
            "folder",
            tuple(_row(chat) for chat in rest if chat.folder_id == folder.id),
            folder.title,
            folder.id,
        )
        for folder in known
    ]
    loose = [chat for chat in rest if chat.folder_id not in ids]
    for kind in (*(name for name, _ in DAYS), "older"):
        groups.append(_group(kind, [chat for chat in loose if _day(chat, today) == kind]))
    return [group for group in groups if group.rows or group.kind == "folder"]


def group_hits(hits: Sequence[Hit]) -> list[Group]:
    """Return what a search has found as one group, also if that is nothing."""
    rows = (
        Row(hit.chat_id, hit.title, False, None, hit.snippet, hit.marks, hit.message_id)
        for hit in hits
    )
    return [Group("found", tuple(rows))]


def _group(kind: str, chats: Sequence[Chat]) -> Group:
    return Group(kind, tuple(map(_row, chats)))


def _row(chat: Chat) -> Row:
    return Row(chat.id, chat.title, chat.is_pinned, chat.folder_id)


def _day(chat: Chat, today: date) -> str:
    try:
        day = datetime.fromtimestamp(chat.updated).astimezone().date()
    except (ValueError, OverflowError, OSError):  # an imported time may be anything
        return "older"
    for kind, days in DAYS:
        if day >= today - timedelta(days):
            return kind
    return "older"
