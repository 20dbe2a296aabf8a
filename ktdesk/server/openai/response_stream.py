# SPDX-License-Identifier: Apache-2.0
"""The events of a response's stream: its items begin, grow and end, one after another."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from ktdesk.runtime.request import Chances, Done, Token
from ktdesk.server.answers import Answer, AnswerStream
from ktdesk.server.failures import ApiError, error_body
from ktdesk.server.job import Item
from ktdesk.server.openai.response_items import (
    call_item,
    ending_of,
    message_item,
    reasoning_item,
    status_of,
    text_part,
)
from ktdesk.server.openai.shapes import logprobs_of, new_id
from ktdesk.server.openai.stream import progress_word
from ktdesk.server.wire import comment, sse
from ktdesk.text.messages import Channel, ToolCall

Event = dict[str, Any]


async def response_events(
    head: dict[str, Any],
    stream: AnswerStream,
    keep: Callable[[Answer, dict[str, Any]], None],
) -> AsyncIterator[bytes]:
    """Yield all events of a response. keep: called with the answer and the whole response."""
    answer, items, number = Answer(), _Items(), 0

    def event(kind: str, **values: Any) -> bytes:
        nonlocal number
        number += 1
        return sse({"type": kind, "sequence_number": number - 1} | values, kind)

    yield event("response.created", response=head)
    yield event("response.in_progress", response=head)
    try:
        async for item in stream.items():
            answer.add(item)
            for kind, values in items.events(item, answer):
                yield event(kind, **values)
            if word := progress_word(item):
                yield comment(word)
    except ApiError as error:
        said = error_body(error, "openai")["error"]
        failure = {"code": said["code"] or said["type"], "message": said["message"]}
        yield event("response.failed", response=head | {"status": "failed", "error": failure})
        return
    response = head | ending_of(answer, items.output)
    keep(answer, response)
    yield event(f"response.{response['status']}", response=response)


class _Items:
    """The items of a response, of which one is open at a time. output: those that have ended."""

    def __init__(self) -> None:
        self.output: list[dict[str, Any]] = []
        self._open: Channel | None = None
        self._name, self._text, self._chances = "", "", list[Chances]()

    def events(self, item: Item, answer: Answer) -> Iterator[tuple[str, Event]]:
        """Yield what an item means."""
        match item:
            case Token(_, text, channel, chances) if text or chances:
                if channel != self._open:
                    yield from self._end("completed")
                    yield from self._begin(channel)
                yield from self._grow(text, chances)
            case ToolCall():
                yield from self._end("completed")
                yield from self._call(item)
            case Done():
                if not self._open and not self.output:
                    yield from self._begin("answer")  # an answer without a word
                yield from self._end(status_of(answer))
            case _:
                pass

    @property
    def _place(self) -> Event:
        return {"output_index": len(self.output)}

    @property
    def _part_place(self) -> Event:
        return self._place | {"item_id": self._name, "content_index": 0}

    def _begin(self, channel: Channel) -> Iterator[tuple[str, Event]]:
        self._open, self._text, self._chances = channel, "", []
        self._name = new_id("msg_" if channel == "answer" else "rs_")
        if channel == "reasoning":
            item = reasoning_item("", self._name) | {"status": "in_progress"}
            part: Event = {"type": "reasoning_text", "text": ""}
        else:
            item = message_item(None, self._name, status="in_progress")
            part = text_part("", [])
        yield "response.output_item.added", self._place | {"item": item}
        yield "response.content_part.added", self._part_place | {"part": part}

    def _grow(self, text: str, chances: Chances | None) -> Iterator[tuple[str, Event]]:
        self._text += text
        if self._open == "reasoning":
            yield "response.reasoning_text.delta", self._part_place | {"delta": text}
            return
        said = [chances] if chances else []
        self._chances += said
        logprobs = {"logprobs": logprobs_of(said)["content"]}
        yield "response.output_text.delta", self._part_place | {"delta": text} | logprobs

    def _end(self, status: str) -> Iterator[tuple[str, Event]]:
        if self._open is None:
            return
        if self._open == "reasoning":
            part: Event = {"type": "reasoning_text", "text": self._text}
            item = reasoning_item(self._text, self._name)
            yield "response.reasoning_text.done", self._part_place | {"text": self._text}
        else:
            part = text_part(self._text, self._chances)
            item = message_item(part, self._name, status=status)
            rest = {"text": self._text, "logprobs": part["logprobs"]}
            yield "response.output_text.done", self._part_place | rest
        yield "response.content_part.done", self._part_place | {"part": part}
        yield "response.output_item.done", self._place | {"item": item}
        self.output.append(item)
        self._open = None

    def _call(self, call: ToolCall) -> Iterator[tuple[str, Event]]:
        name, arguments = new_id("fc_"), call.arguments
        begun = call_item(call, "", name, status="in_progress")
        item = call_item(call, arguments, name, status="completed")
        place = self._place | {"item_id": name}
        whole = {"arguments": arguments, "name": call.name}
        yield "response.output_item.added", self._place | {"item": begun}
        yield "response.function_call_arguments.delta", place | {"delta": arguments}
        yield "response.function_call_arguments.done", place | whole
        yield "response.output_item.done", self._place | {"item": item}
        self.output.append(item)
