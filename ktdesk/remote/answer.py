# SPDX-License-Identifier: Apache-2.0
"""An endpoint's stream as the engine's events."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from ktdesk.errors import KTDeskError
from ktdesk.remote.endpoint import Endpoint
from ktdesk.runtime.request import Event, Stats, StopReason, Token
from ktdesk.text.messages import Channel, ToolCall, new_call_id

_LINE_BYTES = 16_000_000
# DeepSeek's name, and vLLM's newer one.
_REASONING = ("reasoning_content", "reasoning")
_NOTHING: dict[str, Any] = {}
_REASONS: dict[str, StopReason] = {"length": "length", "content_filter": "stop"}


def messages(pieces: Iterable[bytes], endpoint: Endpoint) -> Iterator[dict[str, Any]]:
    """Yield the JSON of each event of a stream, up to its last. Raises RemoteError."""
    for data in _data_lines(pieces, endpoint):
        if data == b"[DONE]":
            return
        try:
            value: object = json.loads(data)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise endpoint.bad_piece()
        fields = cast("dict[str, Any]", value)
        if fields.get("error"):
            raise endpoint.fault(fields)
        yield fields


def _data_lines(pieces: Iterable[bytes], endpoint: Endpoint) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > _LINE_BYTES:
            raise endpoint.bad_piece()
        for line in lines:
            if line.startswith(b"data:"):  # others are comments, that keep the line alive
                yield line[5:].strip()


@dataclass
class _Call:
    """A tool call, as much as has come of it."""

    id: str = ""
    name: str = ""
    arguments: str = ""


@dataclass
class RemoteAnswer:
    """What has come of an answer. context_tokens: 0 where the endpoint does not tell."""

    endpoint: Endpoint
    context_tokens: int
    start_s: float = field(default_factory=time.monotonic)
    first_s: float = 0.0
    pieces: int = 0
    reason: StopReason | None = None
    stop: str = ""
    usage: Mapping[str, Any] = field(default_factory=dict[str, Any])
    calls: dict[int, _Call] = field(default_factory=dict[int, _Call])

    def events(self, pieces: Iterable[bytes]) -> Iterator[Event]:
        """Yield tokens as they come, then calls. Raises RemoteError; also for a cut answer."""
        for message in messages(pieces, self.endpoint):
            try:
                yield from self._take(message)
            except KTDeskError:
                raise
            except (TypeError, ValueError, KeyError, AttributeError, IndexError):
                raise self.endpoint.bad_piece() from None
        if self.reason is None:
            raise self.endpoint.cut()
        for _, call in sorted(self.calls.items()):
            yield ToolCall(call.name, call.arguments or "{}", call.id or new_call_id())

    def stats(self) -> Stats:
        """Return what the endpoint tells of it, with our own times.

        Without its word, each piece counts as a token.
        """
        end = time.monotonic()
        first = self.first_s or end
        prompt = _count(self.usage, "prompt_tokens")
        generated = _count(self.usage, "completion_tokens") or self.pieces
        details: Any = self.usage.get("prompt_tokens_details")
        return Stats(
            prompt_tokens=prompt,
            cached_tokens=min(prompt, _count(details, "cached_tokens")),
            generated_tokens=generated,
            first_token_s=first - self.start_s,
            prefill_s=first - self.start_s,
            decode_s=end - first,
            context_used=prompt + generated,
            context_tokens=self.context_tokens,
        )

    def _take(self, message: dict[str, Any]) -> Iterator[Token]:
        if isinstance(usage := message.get("usage"), dict):
            self.usage = cast("dict[str, Any]", usage)
        choices: Any = message.get("choices")
        if not choices:
            return
        choice: Any = choices[0]
        delta: Any = choice.get("delta") or _NOTHING
        reasoning = next((delta[name] for name in _REASONING if delta.get(name)), "")
        yield from self._token(reasoning, "reasoning")
        yield from self._token(delta.get("content") or choice.get("text") or "", "answer")
        for part in delta.get("tool_calls") or ():
            self._add_call(part)
        if reason := choice.get("finish_reason"):
            self.reason = _REASONS.get(reason, "end")
            stop = choice.get("stop_reason")  # vLLM's: the text, or the token, that ended it
            if reason == "stop" and isinstance(stop, str) and stop:
                self.reason, self.stop = "stop", stop

    def _token(self, text: object, channel: Channel) -> Iterator[Token]:
        if not isinstance(text, str):
            raise TypeError
        if text:
            self.first_s = self.first_s or time.monotonic()
            self.pieces += 1
            yield Token(None, text, channel)

    def _add_call(self, part: dict[str, Any]) -> None:
        self.first_s = self.first_s or time.monotonic()
        self.pieces += 1
        call = self.calls.setdefault(int(part.get("index") or 0), _Call())
        function: Any = part.get("function") or _NOTHING
        call.id = call.id or part.get("id") or ""
        call.name = call.name or function.get("name") or ""  # some repeat it in each piece
        call.arguments += function.get("arguments") or ""


def _count(fields: Any, name: str) -> int:
    value: object = cast("dict[str, Any]", fields).get(name) if isinstance(fields, dict) else None
    return value if isinstance(value, int) and value > 0 else 0
