# SPDX-License-Identifier: Apache-2.0
"""Chats and messages as the page gets them."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from ktdesk.attachments import split
from ktdesk.chats import Chat, ChatStore, StoredMessage
from ktdesk.rendering.page import PageBlocks
from ktdesk.server.failures import ApiError

_KEPT = 200  # rendered texts


class Shown:
    """Makes them. Used by one thread; the texts that it has rendered last are kept."""

    def __init__(self) -> None:
        self._rendered: OrderedDict[str, list[str]] = OrderedDict()

    def chat(self, store: ChatStore, chat_id: int, growing: int | None) -> dict[str, Any]:
        """Return a chat with the branch that is shown. growing: the answer that is being written.

        Raises ApiError if there is no such chat.
        """
        chat = existing(store, chat_id)
        ids = store.messages.path(chat_id)
        found, versions = store.messages.load(ids), store.messages.versions(ids)
        messages = [
            self._message(found[id_], versions.get(id_, (id_,)), is_growing=id_ == growing)
            for id_ in ids
            if id_ in found
        ]
        return chat_json(chat) | {"messages": messages}

    def _message(
        self, message: StoredMessage, versions: tuple[int, ...], *, is_growing: bool
    ) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": message.id,
            "role": message.role,
            "versions": versions,
            "model": message.model,
        }
        if is_growing:  # its text comes by another way
            return told | {"status": "growing"}
        files, text = split(message.content) if message.role == "user" else ([], message.content)
        return told | {
            "status": message.status,
            "text": text,
            "files": [file.name for file in files],
            "html": self._html(message.content) if message.role != "user" else [],
            "thinking": self._html(message.thinking),
            "thinking_ms": message.thinking_ms,
            "error": message.error,
            "stats": dict(message.stats),
        }

    def _html(self, text: str) -> list[str]:
        if text not in self._rendered:
            self._rendered[text] = PageBlocks(text).html()
            if len(self._rendered) > _KEPT:
                self._rendered.popitem(last=False)
        self._rendered.move_to_end(text)
        return self._rendered[text]


def existing(store: ChatStore, chat_id: int) -> Chat:
    """Return a chat. Raises ApiError if there is none."""
    if chat := store.chats.find(chat_id):
        return chat
    raise ApiError(404, "This chat is no longer there.")


def existing_message(store: ChatStore, message_id: int) -> StoredMessage:
    """Return a message. Raises ApiError if there is none."""
    if message := store.messages.get(message_id):
        return message
    raise ApiError(404, "This message is no longer there.")


def chat_json(chat: Chat) -> dict[str, Any]:
    """Return a chat as it is in the list."""
    return {
        "id": chat.id,
        "title": chat.title,
        "updated": chat.updated,
        "is_pinned": chat.is_pinned,
        "is_deleted": chat.deleted is not None,
    }
