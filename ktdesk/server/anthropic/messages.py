# SPDX-License-Identifier: Apache-2.0
"""Messages."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import APIRouter
from fastapi import Request as HttpRequest
from fastapi.responses import Response

from ktdesk.server.answers import Answer, Answers
from ktdesk.server.anthropic.blocks import block_of
from ktdesk.server.anthropic.body import CountBody, MessageBody
from ktdesk.server.anthropic.stream import message_events, stop_of, usage_of
from ktdesk.server.described import EVENTS
from ktdesk.server.desk import Desk
from ktdesk.server.wire import Json, events_response


def messages_router(desk: Desk) -> APIRouter:
    """Return the routes of messages."""
    router = APIRouter()

    @router.post("/v1/messages", responses=EVENTS)
    async def messages(  # pyright: ignore[reportUnusedFunction]
        body: MessageBody, http: HttpRequest
    ) -> Response:
        """Continue a conversation."""
        answers = await desk.ask(body.ask(), http, is_stream=bool(body.stream))
        head = _head(answers)
        if body.stream:
            return events_response(message_events(head, answers.streams[0]), answers.close)
        (answer,) = await desk.whole(answers, http)
        rest = {"content": _content(answer), "usage": usage_of(answer)}
        return Json(head | rest | stop_of(answer))

    @router.post("/v1/messages/count_tokens")
    async def count(  # pyright: ignore[reportUnusedFunction]
        body: CountBody, http: HttpRequest
    ) -> Response:
        """Count the tokens of a conversation."""
        tokens = await desk.count(body.model, body.request(), http)
        return Json({"input_tokens": tokens})

    return router


def _head(answers: Answers) -> dict[str, Any]:
    return {
        "id": f"msg_{secrets.token_hex(12)}",
        "type": "message",
        "role": "assistant",
        "model": answers.entry.id,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
    }


def _content(answer: Answer) -> list[dict[str, Any]]:
    thoughts = {"type": "thinking", "thinking": answer.reasoning, "signature": ""}
    text = {"type": "text", "text": answer.text}
    return [
        *([thoughts] if answer.reasoning else []),
        *([text] if answer.text else []),
        *(block_of(call) for call in answer.calls),
    ]
