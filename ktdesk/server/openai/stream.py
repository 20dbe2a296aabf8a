# SPDX-License-Identifier: Apache-2.0
"""Streams of chunks, of chats and completions: one for each token, as soon as it is there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

from ktdesk.runtime.progress import LoadProgress
from ktdesk.runtime.request import Prefill
from ktdesk.server.answers import Answer, Answers
from ktdesk.server.failures import ApiError, error_body
from ktdesk.server.job import Item, Tick
from ktdesk.server.openai.shapes import usage_of
from ktdesk.server.wire import comment, sse

DONE = b"data: [DONE]\n\n"


class Chunks(Protocol):
    """What the chunks of a stream look like. index: of the choice."""

    def beginning(self, index: int) -> dict[str, Any] | None:
        """Return the first chunk of a choice, if there is one before its text."""
        ...

    def chunk(self, index: int, item: Item) -> dict[str, Any] | None:
        """Return the chunk for an item, if it has one."""
        ...

    def end(self, index: int, answer: Answer) -> dict[str, Any]:
        """Return the last chunk of a choice."""
        ...

    def usage(self, usage: dict[str, Any]) -> dict[str, Any]:
        """Return the chunk that says what it all took."""
        ...


async def stream_chunks(
    answers: Answers, chunks: Chunks, *, has_usage: bool
) -> AsyncIterator[bytes]:
    """Yield the events of a stream: of one choice after another, then [DONE].

    A failure is an event of its own, and the last before [DONE].
    """
    whole: list[Answer] = []
    try:
        for index, stream in enumerate(answers.streams):
            answer = Answer()
            whole.append(answer)
            if first := chunks.beginning(index):
                yield sse(first)
            async for item in stream.items():
                answer.add(item)
                if chunk := chunks.chunk(index, item):
                    yield sse(chunk)
                elif word := progress_word(item):
                    yield comment(word)
            yield sse(chunks.end(index, answer))
        if has_usage:
            yield sse(chunks.usage(usage_of(whole)))
    except ApiError as error:
        yield sse(error_body(error, "openai"))
    yield DONE


def progress_word(item: Item) -> str:
    """Return what a comment says of an item that is no part of the answer; else nothing."""
    match item:
        case Prefill(done, total):
            return f"prompt {done} of {total}"
        case LoadProgress():
            return f"loading {item.fraction:.0%}"
        case Tick():
            return "waiting"
        case _:
            return ""
