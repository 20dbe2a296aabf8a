# SPDX-License-Identifier: Apache-2.0
"""A conversation in the terminal that is kept where the window keeps its chats."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ktdesk.attachments import split
from ktdesk.chats import ChatStore
from ktdesk.chats.records import Chat, NewMessage
from ktdesk.chats.titles import title_from
from ktdesk.cli.terminal import Terminal
from ktdesk.engine import Engine
from ktdesk.errors import ChatsError
from ktdesk.text.messages import Message, TemplateOptions


class Keeping(Protocol):
    """Where a conversation is kept: a session, or a chat of the window."""

    messages: tuple[Message, ...]

    def restore(self, engine: Engine, terminal: Terminal) -> None:
        """Take up what is kept with the model that goes on with it."""
        ...

    def keep(self, messages: Sequence[Message]) -> None:
        """Store the messages in the place of those before. Raises KTDeskError."""
        ...

    def keep_rows(self, engine: Engine, terminal: Terminal, template: TemplateOptions) -> None:
        """Store what the model has read of them, where that is kept."""
        ...


class KeptChat:
    """One chat of the store, or one that begins with the first answer.

    messages: those of the branch that is shown, up to its last answer.
    """

    def __init__(self, store: ChatStore, chat: Chat | None = None) -> None:
        self._store, self._chat, self._model = store, chat, ""
        self._chat_id, self._ids = chat.id if chat else None, list[int]()
        self._system: tuple[Message, ...] = ()
        said: list[Message] = []
        if chat and chat.system_prompt:
            self._system = (Message("system", chat.system_prompt),)
        path = store.messages.path(chat.id) if chat else []
        stored = store.messages.load(path)
        for each in (stored[id_] for id_ in path if stored[id_].content):
            self._ids.append(each.id)
            said.append(Message(each.role, each.content, each.thinking))
        while said and said[-1].role != "assistant":
            said.pop()
            self._ids.pop()
        self.messages = (*self._system, *said)

    def restore(self, engine: Engine, terminal: Terminal) -> None:
        """Say which chat goes on, and remember which model does."""
        self._model = engine.info.name if engine.info else ""
        if self._chat:
            terminal.note(f"Chat {self._chat.title!r}: {len(self._ids)} messages.")

    def keep(self, messages: Sequence[Message]) -> None:
        """Store what was said since; what does not go on from it begins a chat of its own."""
        goes_on = tuple(messages[: len(self.messages)]) == self.messages
        chat_id, ids = (self._chat_id, self._ids) if goes_on else (None, [])
        said = [message for message in messages if message.role != "system"]
        if said:
            with self._store.at_once():
                chat_id = self._begin(messages) if chat_id is None else chat_id
                ids = [*ids, *self._add(chat_id, said[len(ids) :], ids[-1] if ids else None)]
        self._chat_id, self._ids, self.messages = chat_id, ids, tuple(messages)

    def keep_rows(self, engine: Engine, terminal: Terminal, template: TemplateOptions) -> None:
        """Do nothing: the model reads a chat again."""

    def _begin(self, messages: Sequence[Message]) -> int:
        system = "".join(message.content for message in messages if message.role == "system")
        first = next(message.content for message in messages if message.role == "user")
        return self._store.chats.new(title_from(split(first)[1]), system_prompt=system)

    def _add(self, chat_id: int, said: Sequence[Message], parent_id: int | None) -> list[int]:
        ids: list[int] = []
        for message in said:
            new = NewMessage(
                role=message.role,
                content=message.content,
                thinking=message.reasoning or "",
                model=self._model if message.role == "assistant" else "",
            )
            parent_id = self._store.messages.add(chat_id, new, parent_id=parent_id)
            ids.append(parent_id)
        return ids


def last_chat(store: ChatStore) -> Chat:
    """Return the chat that was used last, here or in the window. Raises ChatsError without one."""
    chats = store.chats.all()
    if not chats:
        raise ChatsError(
            "There is no chat to go on with.", hint="Begin one with: ktdesk chat --keep"
        )
    return store.chats.get(max(chats, key=lambda chat: chat.updated).id)
