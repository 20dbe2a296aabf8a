# SPDX-License-Identifier: Apache-2.0
"""Guesses of prompt lookup, and when they are made."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.runtime.prompt_lookup import LONGEST, SHORTEST, Costs, Guess, Guesser, History


def history(tokens: list[int]) -> History:
    made = History(len(tokens) + 64)
    made.extend(tokens)
    return made


def plain_guess(tokens: list[int], most: int) -> Guess:
    """Return the same by looking at every place, the newest first."""
    for seen in range(min(LONGEST, len(tokens) - 1), SHORTEST - 1, -1):
        for end in range(len(tokens) - 2, seen - 2, -1):
            if tokens[end - seen + 1 : end + 1] == tokens[-seen:]:
                return Guess(tuple(tokens[end + 1 : end + 1 + most]), seen)
    return Guess((), 0)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=40), st.integers(1, 4))
def test_the_newest_of_the_longest_likenesses_is_followed(tokens: list[int], most: int) -> None:
    assert history(tokens).guess(most) == plain_guess(tokens, most)


def test_tokens_that_come_later_are_searched_too() -> None:
    grown = history([1, 2, 3])
    grown.extend([1, 2])
    assert grown.guess(2) == Guess((3, 1), 2)


def steps(chance: float, cost: list[float], count: int = 400) -> tuple[int, int]:
    """Let guesses be right by chance; return how many tokens and steps the last quarter took.

    cost: seconds of steps of 1, 2, .. tokens.
    """
    costs = Costs(len(cost))
    for tokens in range(1, len(cost) + 1):
        costs.note(tokens, 100.0)  # the first time, as it has to be captured
    costs.note(1, cost[0])
    guesser, luck = Guesser(costs, len(cost) - 1), random.Random(1)
    text = history([1, 2, 3, 4] * 3)
    tokens = made = 0
    for step in range(count):
        guess = guesser.choose(text, 100)
        costs.note(1 + len(guess.tokens), cost[len(guess.tokens)])
        right = 0
        for _ in guess.tokens:
            is_right = luck.random() < chance
            guesser.learn(guess.seen, is_right=is_right)
            if not is_right:
                break
            right += 1
        if step >= count * 3 // 4:
            tokens, made = tokens + 1 + right, made + 1
    return tokens, made


@pytest.mark.parametrize(
    ("chance", "cost", "least", "most"),
    [
        (1.0, [1, 1.1, 1.2, 1.3], 3.9, 4.0),  # a copy: as many at a time as there can be
        (0.0, [1, 1.1, 1.2, 1.3], 1.0, 1.0),
        (0.9, [1, 2, 3, 4], 1.0, 1.1),  # steps of several tokens cost as much as single ones
    ],
)
def test_guesses_are_made_while_they_pay(
    chance: float, cost: list[float], least: float, most: float
) -> None:
    tokens, made = steps(chance, cost)
    assert least <= tokens / made <= most


def test_guesses_that_do_not_pay_are_tried_now_and_then() -> None:
    costs = Costs(4)
    for tokens in [1, 2, 3, 4] * 2:
        costs.note(tokens, float(tokens))
    guesser, text = Guesser(costs, 3), history([1, 2, 3, 4] * 3)
    tried = sum(len(guesser.choose(text, 100).tokens) for _ in range(320))
    assert 5 <= tried <= 20


def test_no_room_no_guess() -> None:
    guesser = Guesser(Costs(4), 3)
    assert guesser.choose(history([1, 2, 1, 2]), 0).tokens == ()
    assert guesser.choose(history([1, 2, 1, 2]), -1).tokens == ()
    assert len(guesser.choose(history([1, 2, 3, 1, 2]), 1).tokens) == 1
