# SPDX-License-Identifier: Apache-2.0
"""Which turns are dropped when a conversation does not fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.runtime.context_window import Prompt, fit_prompt
from ktdesk.runtime.request import Options, Request
from ktdesk.text.messages import Message

CONTEXT = 100


def encode(request: Request) -> list[int]:
    """Return a token per character, and two around each message."""
    if request.prompt is not None:
        return list(range(len(request.prompt)))
    return [t for m in request.messages for t in (1, *map(ord, m.content), 2)]


def talk(*sizes: int, system: int = 0) -> tuple[Message, ...]:
    """Return a conversation with contents of these sizes, the user's first."""
    roles = ("user", "assistant")
    turns = [Message(roles[i % 2], chr(97 + i % 26) * size) for i, size in enumerate(sizes)]  # type: ignore[arg-type]
    return (*([Message("system", "s" * system)] if system else ()), *turns)


def shifting(messages: tuple[Message, ...]) -> Request:
    return Request(messages=messages, options=Options(context_full="shift"))


def fit(request: Request, answer_tokens: int = 0) -> Prompt:
    return fit_prompt(request, encode, CONTEXT, answer_tokens)


def test_what_fits_is_whole() -> None:
    prompt = fit(shifting(talk(10, 10, 10)))
    assert (len(prompt.tokens), prompt.dropped_messages) == (36, 0)


def test_the_instructions_and_the_last_question_stay() -> None:
    messages = talk(30, 30, 30, 30, 10, system=5)
    prompt = fit(shifting(messages))
    assert prompt.tokens == encode(Request(messages=(messages[0], *messages[3:])))
    assert prompt.dropped_messages == 2


def test_who_wants_to_stop_loses_nothing() -> None:
    messages = talk(60, 30, 30)
    assert len(fit(Request(messages=messages)).tokens) == 126


def test_raw_text_has_no_turns() -> None:
    request = Request(prompt="x" * 120, options=Options(context_full="shift"))
    assert len(fit(request).tokens) == 120


def test_a_question_that_does_not_fit_is_all_that_is_left() -> None:
    assert fit(shifting(talk(30, 30, 130))).dropped_messages == 2


@given(st.lists(st.integers(1, 12), min_size=3, max_size=41), st.integers(0, 30))
def test_the_shortest_cut_that_frees_a_step(sizes: list[int], answer: int) -> None:
    sizes = sizes if len(sizes) % 2 else sizes[:-1]
    messages = talk(*sizes, system=3)
    whole = len(encode(Request(messages=messages)))
    prompt = fit(shifting(messages), answer)
    kept = len(prompt.tokens)
    if whole + answer < CONTEXT:
        assert prompt.dropped_messages == 0
        return
    assert kept + answer < CONTEXT
    # One turn less would not have freed the steps of a quarter that are needed.
    needed = -(-(whole + answer + 1 - CONTEXT) // 25) * 25
    assert whole - kept >= needed
    turn = messages[prompt.dropped_messages - 1 : prompt.dropped_messages + 1]
    assert whole - kept - len(encode(Request(messages=turn))) < needed


@pytest.mark.parametrize("extra", [0, 7, 14])
def test_the_next_turns_drop_the_same(extra: int) -> None:
    """So that what was read the last time need not be read again."""
    messages = talk(*[8] * 11)
    first = fit(shifting(messages))
    later = (*messages[:-1], Message("user", "y" * (8 + extra)))
    assert fit(shifting(later)).dropped_messages == first.dropped_messages
