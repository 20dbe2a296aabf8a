# SPDX-License-Identifier: Apache-2.0
"""Chat and generate."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import APIRouter
from fastapi import Request as HttpRequest
from fastapi.responses import Response

from ktdesk.runtime.progress import LoadProgress
from ktdesk.runtime.request import Chances, Prefill, Token
from ktdesk.server.answers import Answer, Answers
from ktdesk.server.calls import arguments_of
from ktdesk.server.described import LINES
from ktdesk.server.desk import Ask, Desk
from ktdesk.server.failures import ApiError, error_body
from ktdesk.server.job import Item, Tick
from ktdesk.server.ollama.bodies import Body, ChatBody, GenerateBody
from ktdesk.server.openai.shapes import logprobs_of
from ktdesk.server.wire import Json, lines_response
from ktdesk.text.messages import ToolCall

_QUIET_S = 5.0  # after which an empty piece shows that the server is there
_NS = 1e9

# Makes the fields of a piece from text, reasoning and calls.
Shape = Callable[[str, str, list[ToolCall]], dict[str, Any]]


def answers_router(desk: Desk) -> APIRouter:
    """Return the routes of chat and generate."""
    router = APIRouter()

    @router.post("/api/chat", responses=LINES)
    async def chat(  # pyright: ignore[reportUnusedFunction]
        body: ChatBody, http: HttpRequest
    ) -> Response:
        """Continue a conversation."""
        if not body.messages:
            return await _load(desk, body, http, _as_message)
        return await _answer(desk, body.ask(), http, _as_message, is_stream=body.stream)

    @router.post("/api/generate", responses=LINES)
    async def generate(  # pyright: ignore[reportUnusedFunction]
        body: GenerateBody, http: HttpRequest
    ) -> Response:
        """Answer a question."""
        ask = body.ask()
        if not body.prompt:
            return await _load(desk, body, http, _as_response)
        return await _answer(desk, ask, http, _as_response, is_stream=body.stream)

    return router


async def _load(desk: Desk, body: Body, http: HttpRequest, shape: Shape) -> Response:
    keep_s = body.keep_s
    entry = await desk.load(body.model, keep_s, http)
    reason = "unload" if keep_s == 0 else "load"
    return Json(_head(entry.id) | shape("", "", []) | {"done": True, "done_reason": reason})


async def _answer(
    desk: Desk, ask: Ask, http: HttpRequest, shape: Shape, *, is_stream: bool | None
) -> Response:
    start = time.monotonic()
    answers = await desk.ask(ask, http, is_stream=is_stream is not False)
    if is_stream is not False:
        return lines_response(_pieces(answers, shape, start), answers.close)
    (answer,) = await desk.whole(answers, http)
    said = shape(answer.text, answer.reasoning, answer.calls)
    return Json(_head(answers.entry.id) | said | _ending(answer, start) | _logprobs(answer.chances))


async def _pieces(answers: Answers, shape: Shape, start: float) -> AsyncIterator[dict[str, Any]]:
    answer, said_at = Answer(), time.monotonic()
    name, is_waiting = answers.entry.id, {"done": False}
    try:
        async for item in answers.streams[0].items():
            answer.add(item)
            piece = _piece(item, shape)
            if piece is None and time.monotonic() - said_at > _QUIET_S and _is_quiet(item):
                piece = shape("", "", [])
            if piece is not None:
                said_at = time.monotonic()
                yield _head(name) | piece | is_waiting
        yield _head(name) | shape("", "", []) | _ending(answer, start)
    except ApiError as error:
        yield error_body(error, "ollama")


def _piece(item: Item, shape: Shape) -> dict[str, Any] | None:
    match item:
        case Token(_, text, "answer", chances) if text or chances:
            return shape(text, "", []) | _logprobs([chances] if chances else [])
        case Token(_, text, "reasoning") if text:
            return shape("", text, [])
        case ToolCall():
            return shape("", "", [item])
        case _:
            return None


def _is_quiet(item: Item) -> bool:
    return isinstance(item, (Prefill, LoadProgress, Tick))


def _head(name: str) -> dict[str, Any]:
    now = time.time()
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now))
    return {"model": name, "created_at": f"{moment}.{int(now % 1 * 1e6):06}Z"}


def _ending(answer: Answer, start: float) -> dict[str, Any]:
    stats = answer.stats
    return {
        "done": True,
        "done_reason": "length" if answer.finish == "length" else "stop",
        "total_duration": int((time.monotonic() - start) * _NS),
        "load_duration": 0,
        "prompt_eval_count": stats.prompt_tokens,
        "prompt_eval_duration": int(stats.prefill_s * _NS),
        "eval_count": stats.generated_tokens,
        "eval_duration": int(stats.decode_s * _NS),
    }


def _as_message(text: str, reasoning: str, calls: list[ToolCall]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if reasoning:
        message["thinking"] = reasoning
    if calls:
        message["tool_calls"] = [_call(call) for call in calls]
    return {"message": message}


def _as_response(text: str, reasoning: str, calls: list[ToolCall]) -> dict[str, Any]:
    del calls  # a question comes without tools
    return {"response": text} | ({"thinking": reasoning} if reasoning else {})


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "function": {"name": call.name, "arguments": arguments_of(call)}}


def _logprobs(chances: list[Chances]) -> dict[str, Any]:
    return {"logprobs": logprobs_of(chances)["content"]} if chances else {}
