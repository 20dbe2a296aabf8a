# SPDX-License-Identifier: Apache-2.0
"""Short ways to say something in a chat, and to read what is shown of it."""

from __future__ import annotations

from ktdesk.chats import ChatStore, NewMessage

SETTINGS = {"temperature": 0.5}


def leaf(store: ChatStore, chat: int) -> int | None:
    return store.chats.get(chat).leaf_id


def say(store: ChatStore, chat: int, question: str, answer: str) -> tuple[int, int]:
    ids = store.messages.ask(
        chat, question, parent_id=leaf(store, chat), model="m", settings=SETTINGS
    )
    store.messages.end(ids[1], "done", answer, stats={"generated_tokens": 3})
    return ids


def shown(store: ChatStore, chat: int) -> list[str]:
    path = store.messages.path(chat)
    found = store.messages.load(path)
    return [found[id_].content for id_ in path]


def add(store: ChatStore, chat: int, text: str, role: str = "user", parent=None) -> int:
    return store.messages.add(chat, NewMessage(role=role, content=text), parent_id=parent)
