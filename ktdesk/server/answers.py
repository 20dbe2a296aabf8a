# SPDX-License-Identifier: Apache-2.0
"""Answers as the APIs need them: as a stream of items, or whole."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ktdesk.library.shelf.model import LocalModel
from ktdesk.runtime.progress import LoadProgress
from ktdesk.runtime.request import Chances, Done, Failed, Stats, Token
from ktdesk.server.calls import CallRule, as_call, first_call_only
from ktdesk.server.failures import ApiError, as_api_error
from ktdesk.server.job import Item, Job, Tick
from ktdesk.text.messages import ToolCall

Finish = Literal["stop", "length", "tool_calls"]

_PATIENCE_S = 10.0  # how long a refusal is waited for before a stream begins


@dataclass
class Answer:
    """What has come of an answer. reasoning_tokens: of its tokens, those of its reasoning."""

    text: str = ""
    reasoning: str = ""
    calls: list[ToolCall] = field(default_factory=list[ToolCall])
    chances: list[Chances] = field(default_factory=list[Chances])
    reasoning_tokens: int = 0
    done: Done | None = None

    def add(self, item: Item) -> None:
        """Add what came next. Raises ApiError if it is a failure."""
        match item:
            case Token(token, text, "answer", chances):
                self.text += text
                self.chances += [chances] if chances else []
            case Token(token, text, "reasoning"):
                self.reasoning += text
                self.reasoning_tokens += token is not None
            case ToolCall():
                self.calls.append(item)
            case Done():
                self.done = item
            case Failed(error):
                raise as_api_error(error)
            case _:
                pass

    @property
    def stats(self) -> Stats:
        """Its measurements, once it is whole."""
        assert self.done
        return self.done.stats

    @property
    def finish(self) -> Finish:
        """Why it ended, as OpenAI says it. One that was cut for whatever reason has a length."""
        assert self.done
        if self.calls:
            return "tool_calls"
        return "stop" if self.done.reason in ("end", "stop") else "length"


class AnswerStream:
    """One answer while it comes. cancel: frees its place.

    limit_s: how long it may take, with its wait; then it is cut, or fails if it has not begun.
    """

    def __init__(
        self,
        job: Job,
        rule: CallRule,
        cancel: Callable[[Job], None],
        count: Callable[[Stats], None],
        limit_s: float,
    ) -> None:
        self._job, self._rule, self._cancel, self._count = job, rule, cancel, count
        self._early: list[Item] = []
        self._is_late = self._is_over = False
        self._timer = asyncio.get_running_loop().call_later(limit_s, self._expire)

    async def begin(self) -> None:
        """Wait a while for the first item. Raises ApiError if it is a failure."""
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            item = await self._job.next()
            if not isinstance(item, (Tick, LoadProgress)):
                self._early.append(item)
                if isinstance(item, Failed):
                    self.close()
                    raise as_api_error(item.error)
                return

    def items(self) -> AsyncIterator[Item]:
        """Yield what comes of it, up to a Done or Failed."""
        items = self._raw()
        if self._rule.must_call:
            items = as_call(items)
        return first_call_only(items, self._stop) if self._rule.at_most_one else items

    async def whole(self) -> Answer:
        """Return all of it. Raises ApiError."""
        answer = Answer()
        async for item in self.items():
            answer.add(item)
        return answer

    def close(self) -> None:
        """Free its place; it may have ended long ago."""
        self._timer.cancel()
        if not self._is_over:
            self._stop()

    async def _raw(self) -> AsyncIterator[Item]:
        while not self._is_over:
            item = self._early.pop(0) if self._early else await self._job.next()
            if isinstance(item, Done):
                self._count(item.stats)
                if self._is_late and not item.stats.generated_tokens:
                    late = ApiError(504, "The request has taken longer than the server allows.")
                    item = Failed(late)
            if isinstance(item, (Done, Failed)):
                self._is_over = True
                self._timer.cancel()
            yield item

    def _stop(self) -> None:
        self._cancel(self._job)

    def _expire(self) -> None:
        self._is_late = True
        self._stop()


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers to one request, as many as it asked for, and the model that gives them."""

    entry: LocalModel
    streams: Sequence[AnswerStream]

    def close(self) -> None:
        """Free all their places."""
        for stream in self.streams:
            stream.close()
