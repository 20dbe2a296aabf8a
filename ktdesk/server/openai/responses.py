# SPDX-License-Identifier: Apache-2.0
"""Responses: answers that the server keeps for a while, so that a client can go on with them."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter
from fastapi import Request as HttpRequest
from fastapi.responses import Response

from ktdesk.server.answers import Answer
from ktdesk.server.described import EVENTS
from ktdesk.server.desk import Desk
from ktdesk.server.openai.response_body import ResponseBody
from ktdesk.server.openai.response_items import ending_of, head_of, message_of, output_of
from ktdesk.server.openai.response_store import ResponseStore
from ktdesk.server.openai.response_stream import response_events
from ktdesk.server.openai.shapes import new_id
from ktdesk.server.wire import Json, events_response


def responses_router(desk: Desk) -> APIRouter:
    """Return the routes of responses."""
    router, store = APIRouter(), ResponseStore()

    @router.post("/v1/responses", responses=EVENTS)
    async def respond(  # pyright: ignore[reportUnusedFunction]
        body: ResponseBody, http: HttpRequest
    ) -> Response:
        """Answer."""
        owner: str = http.state.owner
        before = body.previous_response_id
        earlier = store.get(owner, before).messages if before else ()
        conversation = body.conversation(earlier)
        answers = await desk.ask(body.ask(conversation), http, is_stream=bool(body.stream))
        head = head_of(body, new_id("resp_"), answers.entry.id, int(time.time()))

        def keep(answer: Answer, response: dict[str, Any]) -> None:
            if body.store is not False:
                store.add(owner, response, (*conversation, message_of(answer)))

        if body.stream:
            return events_response(response_events(head, answers.streams[0], keep), answers.close)
        (answer,) = await desk.whole(answers, http)
        response = head | ending_of(answer, output_of(answer))
        keep(answer, response)
        return Json(response)

    @router.get("/v1/responses/{name}")
    async def stored(  # pyright: ignore[reportUnusedFunction]
        name: str, http: HttpRequest
    ) -> Response:
        """Return a response that is kept."""
        return Json(store.get(http.state.owner, name).body)

    @router.delete("/v1/responses/{name}")
    async def forget(  # pyright: ignore[reportUnusedFunction]
        name: str, http: HttpRequest
    ) -> Response:
        """Forget a response."""
        store.remove(http.state.owner, name)
        return Json({"id": name, "object": "response", "deleted": True})

    return router
