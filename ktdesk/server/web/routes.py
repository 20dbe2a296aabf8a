# SPDX-License-Identifier: Apache-2.0
"""The API of the page: chats, what is said in them, and what is new."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi import Request as HttpRequest
from fastapi.responses import Response
from pydantic import Field

from ktdesk.chats import ChatStore
from ktdesk.server.fields import Strict
from ktdesk.server.web.asking import Asking, Question
from ktdesk.server.web.events import page_events
from ktdesk.server.web.room import Room
from ktdesk.server.web.shown import Shown, chat_json, existing, existing_message
from ktdesk.server.wire import Json, events_response

_MOST_ID = 1 << 62
Id = Annotated[int, Path(ge=1, le=_MOST_ID)]


class ChatChange(Strict):
    """What becomes of a chat. A title of nothing lets KTDesk choose again."""

    title: str | None = Field(None, max_length=1000)
    is_deleted: bool | None = None


class Again(Strict):
    """Which model is to write an answer."""

    model: str


class Edit(Again):
    """Another text for a question."""

    text: str = Field(min_length=1)


def private(value: Any) -> Json:
    """Return a response that no browser keeps, or takes for something else."""
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Json(value, headers=headers)


def web_router(room: Room) -> APIRouter:  # noqa: C901, RUF100 - a list of routes
    """Return the routes that the page calls."""
    router = APIRouter(prefix="/web", include_in_schema=False)
    asking, shown, desk = Asking(room), Shown(), room.desk

    @router.get("/models")
    async def models() -> Response:  # pyright: ignore[reportUnusedFunction]
        """List the models, and say which one is loaded."""
        loaded = desk.dispatcher.model
        entries = await desk.catalogue.entries()
        return private(
            [
                {"id": entry.id, "name": entry.name, "is_loaded": entry.path == loaded}
                for entry in entries
            ]
        )

    @router.get("/chats")
    async def chats() -> Response:  # pyright: ignore[reportUnusedFunction]
        """List the chats, the newest first."""
        found = await room.work(lambda store: store.chats.all())
        return private([chat_json(chat) for chat in found])

    @router.get("/search")
    async def search(  # pyright: ignore[reportUnusedFunction]
        words: Annotated[str, Query(max_length=1000)],
    ) -> Response:
        """List the chats in which all words are."""
        hits = await room.work(lambda store: store.search(words))
        return private(
            [{"id": hit.chat_id, "title": hit.title, "snippet": hit.snippet} for hit in hits]
        )

    @router.get("/chats/{chat_id}")
    async def chat(chat_id: Id) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Return a chat with what is said in it."""
        growing = room.growing.get(chat_id)
        growing_id = growing.id if growing else None
        return private(await room.work(lambda store: shown.chat(store, chat_id, growing_id)))

    @router.patch("/chats/{chat_id}")
    async def change(  # pyright: ignore[reportUnusedFunction]
        chat_id: Id, body: ChatChange
    ) -> Response:
        """Rename a chat, delete it, or bring it back."""
        if body.is_deleted and (growing := room.growing.get(chat_id)):
            growing.stop()
        return private(await room.change(lambda store: _change(store, chat_id, body)))

    @router.post("/questions")
    async def ask(  # pyright: ignore[reportUnusedFunction]
        body: Question, http: HttpRequest
    ) -> Response:
        """Ask something, in a chat or in a new one."""
        return private(await asking.ask(body, http))

    @router.post("/messages/{message_id}/edit")
    async def edit(  # pyright: ignore[reportUnusedFunction]
        message_id: Id, body: Edit, http: HttpRequest
    ) -> Response:
        """Ask a question in other words, as another version."""
        return private(await asking.edit(message_id, body.text, body.model, http))

    @router.post("/messages/{message_id}/again")
    async def again(  # pyright: ignore[reportUnusedFunction]
        message_id: Id, body: Again, http: HttpRequest
    ) -> Response:
        """Have a question answered anew, as another version."""
        return private(await asking.again(message_id, body.model, http))

    @router.post("/messages/{message_id}/choose")
    async def choose(message_id: Id) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Show a version of a message."""

        def work(store: ChatStore) -> None:
            room.check_free(existing_message(store, message_id).chat_id)
            store.messages.choose(message_id)

        await room.change(work)
        return private({})

    @router.post("/chats/{chat_id}/stop")
    async def stop(chat_id: Id) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Stop the answer that is being written, if there is one."""
        if growing := room.growing.get(chat_id):
            growing.stop()
        return private({})

    @router.get("/events")
    async def events(  # pyright: ignore[reportUnusedFunction]
        chat: Annotated[int, Query(ge=0, le=_MOST_ID)] = 0,
    ) -> Response:
        """Tell what is new, as long as the page is open. chat: the one it shows, 0 for none."""
        await room.look()
        news = room.listen()
        return events_response(page_events(room, chat, news), lambda: room.leave(news))

    return router


def _change(store: ChatStore, chat_id: int, body: ChatChange) -> dict[str, Any]:
    existing(store, chat_id)
    if body.title is not None:
        store.chats.rename(chat_id, body.title)
    if body.is_deleted is not None:
        (store.chats.delete if body.is_deleted else store.chats.restore)(chat_id)
    return chat_json(existing(store, chat_id))
