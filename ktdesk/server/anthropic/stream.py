# SPDX-License-Identifier: Apache-2.0
"""The events of a message's stream: it begins, its blocks begin, grow and end, it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from ktdesk.runtime.progress import LoadProgress
from ktdesk.runtime.request import Done, Prefill, Token
from ktdesk.server.answers import Answer, AnswerStream
from ktdesk.server.anthropic.blocks import block_of
from ktdesk.server.failures import ApiError, error_body
from ktdesk.server.job import Item, Tick
from ktdesk.server.wire import json_bytes, sse
from ktdesk.text.messages import ToolCall

_EMPTY: dict[str, dict[str, Any]] = {
    "answer": {"type": "text", "text": ""},
    "reasoning": {"type": "thinking", "thinking": "", "signature": ""},
}


async def message_events(head: dict[str, Any], stream: AnswerStream) -> AsyncIterator[bytes]:
    """Yield all events of a message. head: the message, as yet without content."""
    answer, blocks = Answer(), _Blocks()
    yield sse({"type": "message_start", "message": head}, "message_start")
    try:
        async for item in stream.items():
            answer.add(item)
            for event in blocks.events(item):
                yield sse(event, event["type"])
        yield sse(_ending(answer), "message_delta")
        yield sse({"type": "message_stop"}, "message_stop")
    except ApiError as error:
        yield sse(error_body(error, "anthropic"), "error")


def usage_of(answer: Answer) -> dict[str, int]:
    """Return what an answer took."""
    stats = answer.stats
    return {
        "input_tokens": stats.prompt_tokens - stats.cached_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": stats.cached_tokens,
        "output_tokens": stats.generated_tokens,
    }


def stop_of(answer: Answer) -> dict[str, str | None]:
    """Return why an answer ended."""
    assert answer.done
    reasons = {"tool_calls": "tool_use", "length": "max_tokens", "stop": "end_turn"}
    sequence = answer.done.stop or None
    reason = "stop_sequence" if sequence and not answer.calls else reasons[answer.finish]
    return {"stop_reason": reason, "stop_sequence": sequence}


def _ending(answer: Answer) -> dict[str, Any]:
    return {"type": "message_delta", "delta": stop_of(answer), "usage": usage_of(answer)}


class _Blocks:
    """Blocks, one after another. kind: of the one that is open."""

    def __init__(self) -> None:
        self._index, self._kind = -1, ""

    def events(self, item: Item) -> Iterator[dict[str, Any]]:
        """Yield what an item means for the blocks."""
        match item:
            case Token(_, text, channel) if text:
                if channel != self._kind:
                    yield from self._begin(channel, dict(_EMPTY[channel]))
                kind = "text" if channel == "answer" else "thinking"
                yield self._delta({"type": f"{kind}_delta", kind: text})
            case ToolCall():
                block = block_of(item)
                arguments = json_bytes(block["input"]).decode()
                yield from self._begin("call", block | {"input": {}})
                yield self._delta({"type": "input_json_delta", "partial_json": arguments})
            case Done():
                yield from self._end()
            case Prefill() | LoadProgress() | Tick():
                yield {"type": "ping"}
            case _:
                pass

    def _begin(self, kind: str, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield from self._end()
        self._index, self._kind = self._index + 1, kind
        yield {"type": "content_block_start", "index": self._index, "content_block": block}

    def _delta(self, delta: dict[str, str]) -> dict[str, Any]:
        return {"type": "content_block_delta", "index": self._index, "delta": delta}

    def _end(self) -> Iterator[dict[str, Any]]:
        if self._kind == "reasoning":
            yield self._delta({"type": "signature_delta", "signature": ""})
        if self._kind:
            yield {"type": "content_block_stop", "index": self._index}
        self._kind = ""
