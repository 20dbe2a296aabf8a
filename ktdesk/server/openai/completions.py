# SPDX-License-Identifier: Apache-2.0
"""Completions: raw text to go on with, without a chat template."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi import Request as HttpRequest
from fastapi.responses import Response
from pydantic import Field

from ktdesk.runtime.request import Chances, Prefill, Request, Token
from ktdesk.server.answers import Answer, Answers
from ktdesk.server.described import EVENTS
from ktdesk.server.desk import Ask, Desk
from ktdesk.server.failures import ApiError
from ktdesk.server.fields import Count, Strict
from ktdesk.server.job import Item
from ktdesk.server.openai.chat_body import ResponseFormat, SamplingFields
from ktdesk.server.openai.shapes import new_id, usage_of
from ktdesk.server.openai.stream import Chunks, stream_chunks
from ktdesk.server.wire import Json, events_response

_USUAL_TOKENS = 16  # as OpenAI's API has it


class CompletionBody(SamplingFields, Strict):
    """A text to continue. Several prompts, and numbers of tokens in place of text, are refused."""

    model: str
    prompt: str | Annotated[list[str], Field(min_length=1, max_length=1)]
    max_tokens: Count | None = None
    logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    echo: bool | None = None
    best_of: Annotated[int, Field(ge=1, le=1)] | None = None
    response_format: ResponseFormat | None = None

    @property
    def text(self) -> str:
        """The prompt."""
        return self.prompt if isinstance(self.prompt, str) else self.prompt[0]

    def ask(self) -> Ask:
        """Return it in the engine's terms. Raises ApiError."""
        if self.echo and self.logprobs is not None:
            raise ApiError(400, "How likely a prompt is, is not told.", param="echo")
        shape = self.response_format.options() if self.response_format else {}
        own = {"max_tokens": self.max_tokens or _USUAL_TOKENS, "logprobs": self.logprobs}
        given = self.sampling_options() | shape | own
        request = Request(prompt=self.text)
        return Ask(model=self.model, request=request, given=given, choices=self.n or 1)


def completions_router(desk: Desk) -> APIRouter:
    """Return the route of completions."""
    router = APIRouter()

    @router.post("/v1/completions", responses=EVENTS)
    async def complete(  # pyright: ignore[reportUnusedFunction]
        body: CompletionBody, http: HttpRequest
    ) -> Response:
        """Continue a text."""
        answers = await desk.ask(body.ask(), http, is_stream=bool(body.stream))
        head = _head(answers)
        prompt = body.text if body.echo else ""
        if body.stream:
            chunks = _TextChunks(head, prompt, has_progress=bool(body.return_progress))
            pieces = stream_chunks(answers, chunks, has_usage=body.has_usage)
            return events_response(pieces, answers.close)
        whole = await desk.whole(answers, http)
        choices = [
            _choice(index, prompt + answer.text, answer.chances, answer.finish)
            for index, answer in enumerate(whole)
        ]
        return Json(head | {"choices": choices, "usage": usage_of(whole)})

    return router


def _head(answers: Answers) -> dict[str, Any]:
    return {
        "id": new_id("cmpl-"),
        "object": "text_completion",
        "created": int(time.time()),
        "model": answers.entry.id,
    }


def _choice(
    index: int, text: str, chances: list[Chances], finish: str | None = None, offset: int = 0
) -> dict[str, Any]:
    return {
        "index": index,
        "text": text,
        "logprobs": _logprobs(chances, offset) if chances else None,
        "finish_reason": finish,
    }


def _logprobs(chances: list[Chances], offset: int) -> dict[str, Any]:
    tokens = [each.chosen.text.decode("utf-8", "replace") for each in chances]
    offsets: list[int] = []
    for token in tokens:
        offsets.append(offset)
        offset += len(token)
    return {
        "tokens": tokens,
        "token_logprobs": [each.chosen.logprob for each in chances],
        "top_logprobs": [
            {top.text.decode("utf-8", "replace"): top.logprob for top in each.likeliest}
            for each in chances
        ],
        "text_offset": offsets,
    }


class _TextChunks(Chunks):
    """The chunks of a completion's stream."""

    def __init__(self, head: dict[str, Any], prompt: str, *, has_progress: bool) -> None:
        self._head, self._prompt, self._has_progress = head, prompt, has_progress
        self._written: dict[int, int] = {}  # characters, by choice

    def beginning(self, index: int) -> dict[str, Any] | None:
        """Return the prompt, if it is wanted."""
        return self._chunk(_choice(index, self._prompt, [])) if self._prompt else None

    def chunk(self, index: int, item: Item) -> dict[str, Any] | None:
        """Return the chunk for an item, if it has one."""
        match item:
            case Token(_, text, _, chances) if text or chances:
                offset = self._written.get(index, len(self._prompt))
                self._written[index] = offset + len(text)
                said = [chances] if chances else []
                return self._chunk(_choice(index, text, said, offset=offset))
            case Prefill(done, total) if self._has_progress:
                progress = {"processed": done, "total": total}
                return self._chunk(_choice(index, "", [])) | {"prompt_progress": progress}
            case _:
                return None

    def end(self, index: int, answer: Answer) -> dict[str, Any]:
        """Return the last chunk of a choice."""
        return self._chunk(_choice(index, "", [], answer.finish))

    def usage(self, usage: dict[str, Any]) -> dict[str, Any]:
        """Return the chunk that says what it all took."""
        return self._head | {"choices": [], "usage": usage}

    def _chunk(self, choice: dict[str, Any]) -> dict[str, Any]:
        return self._head | {"choices": [choice]}
