# SPDX-License-Identifier: Apache-2.0
"""Questions of a page: stored with the place of their answer, before the engine is asked."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Request as HttpRequest
from pydantic import Field

from ktdesk.attachments import Attachment, compose, split
from ktdesk.chats import ChatStore, StoredMessage
from ktdesk.chats.conversation import conversation_of
from ktdesk.chats.titles import title_from
from ktdesk.runtime.request import Request
from ktdesk.server.desk import Ask
from ktdesk.server.failures import ApiError
from ktdesk.server.fields import Strict
from ktdesk.server.web.room import Room
from ktdesk.server.web.shown import existing, existing_message
from ktdesk.server.web.uploads import MOST_FILES, Upload, read_uploads
from ktdesk.text.messages import Message

# Stores what is asked, with the model and the settings that it is asked of; chat and answer.
_Begin = Callable[[ChatStore, str, dict[str, Any]], tuple[int, int]]


class Question(Strict):
    """What is asked. chat: None makes a new one."""

    chat: Annotated[int, Field(ge=1, le=1 << 62)] | None = None
    model: str
    text: str
    files: list[Upload] = Field([], max_length=MOST_FILES)


class Asking:
    """Has questions answered. Its coroutines return the ids of the chat and of the answer.

    They raise ApiError: for what is not there, what cannot be read, and while an answer is written.
    """

    def __init__(self, room: Room) -> None:
        self._room = room

    async def ask(self, question: Question, http: HttpRequest) -> dict[str, Any]:
        """Ask something new."""
        if not (question.text.strip() or question.files):
            raise ApiError(400, "The question is empty.", param="text")

        def work(store: ChatStore, name: str, settings: dict[str, Any]) -> tuple[int, int]:
            if question.chat is not None:
                self._room.check_free(question.chat)
            files = read_uploads(question.files)
            return _ask(store, question, files, name, settings)

        return await self._begin(question.model, http, work)

    async def edit(
        self, message_id: int, text: str, model: str, http: HttpRequest
    ) -> dict[str, Any]:
        """Ask a question in other words; files that went with it still do."""

        def work(store: ChatStore, name: str, settings: dict[str, Any]) -> tuple[int, int]:
            old = self._free_question(store, message_id)
            if not text.strip():
                raise ApiError(400, "The question is empty.", param="text")
            with store.at_once():
                new = store.messages.edit(message_id, _with_files(old.content, text.strip()))
                return old.chat_id, store.messages.begin(new, model=name, settings=settings)

        return await self._begin(model, http, work)

    async def again(self, message_id: int, model: str, http: HttpRequest) -> dict[str, Any]:
        """Have a question answered anew."""

        def work(store: ChatStore, name: str, settings: dict[str, Any]) -> tuple[int, int]:
            question = self._free_question(store, message_id)
            answer = store.messages.begin(question.id, model=name, settings=settings)
            return question.chat_id, answer

        return await self._begin(model, http, work)

    def _free_question(self, store: ChatStore, message_id: int) -> StoredMessage:
        """Return a question in whose chat no answer is being written."""
        message = existing_message(store, message_id)
        self._room.check_free(message.chat_id)
        if message.role != "user":
            raise ApiError(400, "This message is no question.")
        return message

    async def _begin(self, model: str, http: HttpRequest, work: _Begin) -> dict[str, Any]:
        room = self._room
        entry = await room.desk.catalogue.entry(model)
        options = await room.desk.options(entry, {})
        settings = {"sampling": dataclasses.asdict(options)}

        def place(store: ChatStore) -> tuple[int, int, Ask]:
            chat_id, answer_id = work(store, entry.name, settings)
            request = Request(messages=_said(store, chat_id, answer_id))
            return chat_id, answer_id, Ask(model=model, request=request)

        growing = await room.begin(place, http)
        return {"chat": growing.chat_id, "answer": growing.id}


def _ask(
    store: ChatStore,
    question: Question,
    files: list[Attachment],
    model: str,
    settings: dict[str, Any],
) -> tuple[int, int]:
    text = question.text.strip()
    with store.at_once():
        chat_id = question.chat
        if chat_id is None:
            title = title_from(text) or title_from(files[0].name if files else "")
            chat_id = store.chats.new(title)
        parent = existing(store, chat_id).leaf_id
        question_id, answer = store.messages.ask(
            chat_id, compose(text, files), parent_id=parent, model=model, settings=settings
        )
        for image in files:
            if image.data:
                store.attachments.add(question_id, image.name, image.media_type, image.data)
    return chat_id, answer


def _with_files(old: str, text: str) -> str:
    """Return a question's other text behind the files of the old one."""
    files, _ = split(old)
    return compose(text, files)


def _said(store: ChatStore, chat_id: int, answer_id: int) -> tuple[Message, ...]:
    """Return what the model reads: the instructions of the chat, and the branch up to an answer."""
    ids = [id_ for id_ in store.messages.path_to(answer_id) if id_ != answer_id]
    found = store.messages.load(ids)
    system = existing(store, chat_id).system_prompt
    before = (Message("system", system),) if system else ()
    return (*before, *conversation_of([found[id_] for id_ in ids if id_ in found]))
