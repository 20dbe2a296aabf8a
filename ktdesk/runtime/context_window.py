# SPDX-License-Identifier: Apache-2.0
"""What of a conversation the model sees when not all of it fits into the context."""

from __future__ import annotations

import dataclasses
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ktdesk.runtime.request import Request
from ktdesk.text.messages import Message

# Of the context, what a shift frees at least. A whole shift is read again, so it should be rare.
_FREED_SHARE = 4


@dataclass(frozen=True, slots=True)
class Prompt:
    """The tokens to read, and how many messages of the conversation are not among them."""

    tokens: list[int]
    dropped_messages: int = 0


Encode = Callable[[Request], list[int]]  # returns the tokens of a request's prompt


def fit_prompt(
    request: Request, encode: Encode, context_tokens: int, answer_tokens: int = 0
) -> Prompt:
    """Return the prompt, without the oldest turns if it would not fit and the user chose that.

    It leaves room for the answer so far and a token more, unless no turn can be spared. What is
    dropped depends on the length in steps: the next turns of a conversation drop the same.
    """
    whole = encode(request)
    excess = len(whole) + answer_tokens + 1 - context_tokens
    starts = _later_turns(request.messages)
    if excess <= 0 or request.options.context_full == "stop" or not starts:
        return Prompt(whole)
    step = max(1, context_tokens // _FREED_SHARE)
    most = len(whole) - -(-excess // step) * step

    def negative_length(start: int) -> int:
        return -len(_without(request, encode, start).tokens)

    at = bisect_left(starts, -most, key=negative_length)
    return _without(request, encode, starts[min(at, len(starts) - 1)])


def _without(request: Request, encode: Encode, start: int) -> Prompt:
    """Return the prompt of the opening and the messages from `start` on."""
    opening = request.messages[: _opening(request.messages)]
    kept = (*opening, *request.messages[start:])
    tokens = encode(dataclasses.replace(request, messages=kept))
    return Prompt(tokens, len(request.messages) - len(kept))


def _opening(messages: Sequence[Message]) -> int:
    """Return how many messages stand before the first of the user: instructions."""
    return next((i for i, m in enumerate(messages) if m.role == "user"), len(messages))


def _later_turns(messages: Sequence[Message]) -> list[int]:
    """Return where turns begin, but for the first."""
    return [i for i, message in enumerate(messages) if message.role == "user"][1:]
