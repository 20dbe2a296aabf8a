# SPDX-License-Identifier: Apache-2.0
"""Chat completions."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter
from fastapi import Request as HttpRequest
from fastapi.responses import Response

from ktdesk.runtime.request import Chances, Prefill, Token
from ktdesk.server.answers import Answer, Answers
from ktdesk.server.described import EVENTS
from ktdesk.server.desk import Desk
from ktdesk.server.job import Item
from ktdesk.server.openai.chat_body import ChatBody
from ktdesk.server.openai.shapes import call_of, logprobs_of, message_of, new_id, usage_of
from ktdesk.server.openai.stream import Chunks, stream_chunks
from ktdesk.server.wire import Json, events_response
from ktdesk.text.messages import ToolCall


def chat_router(desk: Desk) -> APIRouter:
    """Return the route of chat completions."""
    router = APIRouter()

    @router.post("/v1/chat/completions", responses=EVENTS)
    async def chat(  # pyright: ignore[reportUnusedFunction]
        body: ChatBody, http: HttpRequest
    ) -> Response:
        """Continue a conversation."""
        answers = await desk.ask(body.ask(), http, is_stream=bool(body.stream))
        head = _head(answers)
        if body.stream:
            chunks = _ChatChunks(head, has_progress=bool(body.return_progress))
            pieces = stream_chunks(answers, chunks, has_usage=body.has_usage)
            return events_response(pieces, answers.close)
        whole = await desk.whole(answers, http)
        choices = [_choice(answer, i, bool(body.logprobs)) for i, answer in enumerate(whole)]
        return Json(
            head | {"object": "chat.completion", "choices": choices, "usage": usage_of(whole)}
        )

    return router


def _head(answers: Answers) -> dict[str, Any]:
    return {
        "id": new_id("chatcmpl-"),
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": answers.entry.id,
        "system_fingerprint": None,
    }


def _choice(answer: Answer, index: int, has_logprobs: bool) -> dict[str, Any]:
    return {
        "index": index,
        "message": message_of(answer),
        "logprobs": logprobs_of(answer.chances) if has_logprobs else None,
        "finish_reason": answer.finish,
    }


class _ChatChunks(Chunks):
    """The chunks of a chat completion's stream."""

    def __init__(self, head: dict[str, Any], *, has_progress: bool) -> None:
        self._head, self._has_progress = head, has_progress
        self._calls: dict[int, int] = {}  # how many there were, by choice

    def beginning(self, index: int) -> dict[str, Any] | None:
        """Return the first chunk of a choice."""
        return self._chunk(index, {"role": "assistant", "content": ""})

    def chunk(self, index: int, item: Item) -> dict[str, Any] | None:
        """Return the chunk for an item, if it has one."""
        match item:
            case Token(_, text, channel, chances) if text or chances:
                name = "content" if channel == "answer" else "reasoning_content"
                return self._chunk(index, {name: text}, chances if channel == "answer" else None)
            case ToolCall():
                at = self._calls.get(index, 0)
                self._calls[index] = at + 1
                return self._chunk(index, {"tool_calls": [{"index": at} | call_of(item)]})
            case Prefill(done, total) if self._has_progress:
                progress = {"processed": done, "total": total}
                return self._chunk(index, {}) | {"prompt_progress": progress}
            case _:
                return None

    def end(self, index: int, answer: Answer) -> dict[str, Any]:
        """Return the last chunk of a choice."""
        return self._chunk(index, {}, finish=answer.finish)

    def usage(self, usage: dict[str, Any]) -> dict[str, Any]:
        """Return the chunk that says what it all took."""
        return self._head | {"choices": [], "usage": usage}

    def _chunk(
        self,
        index: int,
        delta: dict[str, Any],
        chances: Chances | None = None,
        finish: str | None = None,
    ) -> dict[str, Any]:
        choice = {
            "index": index,
            "delta": delta,
            "logprobs": logprobs_of([chances]) if chances else None,
            "finish_reason": finish,
        }
        return self._head | {"choices": [choice]}
