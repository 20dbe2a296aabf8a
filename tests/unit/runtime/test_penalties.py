# SPDX-License-Identifier: Apache-2.0
"""Bias and penalties against values worked out by hand, and DRY against its plain definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.runtime.penalties import (
    LONGEST_REPEAT,
    add_bias,
    dry,
    presence_and_frequency,
    repeats,
    repetition,
)

IDS = np.arange(6)
LOGITS = np.array([0.0, 3.0, 2.0, 1.0, -1.0, 0.5], np.float32)
NO_BREAKERS = np.zeros(6, np.bool_)


def test_a_bias_is_added() -> None:
    ids, logits = add_bias(IDS, LOGITS, {5: 1.5, 1: -100.0})
    assert ids is IDS
    assert logits.tolist() == [0.0, -97.0, 2.0, 1.0, -1.0, 2.0]


def test_repetition_divides_what_is_above_zero_and_multiplies_what_is_below() -> None:
    _, logits = repetition(IDS, LOGITS, [4, 1, 1, 4, 0], 2.0)
    assert logits.tolist() == [0.0, 1.5, 2.0, 1.0, -2.0, 0.5]


def test_presence_counts_once_and_frequency_each_time() -> None:
    _, logits = presence_and_frequency(IDS, LOGITS, [4, 1, 1, 1, 0], 0.5, 0.25)
    assert logits.tolist() == [-0.75, 1.75, 2.0, 1.0, -1.75, 0.5]
    _, logits = presence_and_frequency(IDS, LOGITS, [2], -1.0, 0.0)
    assert logits.tolist() == [0.0, 3.0, 3.0, 1.0, -1.0, 0.5]


def test_dry_takes_more_the_longer_the_repetition() -> None:
    # 1 2 3 came before 4, and 3 alone before 5: 4 would repeat three tokens, 5 one.
    said = [1, 2, 3, 4, 0, 3, 5, 1, 2, 3]
    _, logits = dry(IDS, LOGITS, said, NO_BREAKERS, multiplier=0.5, base=2.0, allowed_length=1)
    assert (LOGITS - logits).tolist() == [0, 0, 0, 0, 0.5 * 2.0**2, 0.5]
    _, logits = dry(IDS, LOGITS, said, NO_BREAKERS, multiplier=0.5, base=2.0, allowed_length=2)
    assert (LOGITS - logits).tolist() == [0, 0, 0, 0, 0.5 * 2.0, 0]
    _, logits = dry(IDS, LOGITS, said, NO_BREAKERS, multiplier=0.5, base=2.0, allowed_length=4)
    assert logits.tolist() == LOGITS.tolist()


def test_a_breaker_ends_a_repetition() -> None:
    said = [1, 2, 3, 4, 0, 1, 2, 3]
    at_two = np.isin(IDS, [2])
    _, logits = dry(IDS, LOGITS, said, at_two, multiplier=1.0, base=2.0, allowed_length=1)
    assert (LOGITS - logits).tolist() == [0, 0, 0, 0, 1.0, 0]
    for never in ([3], [4]):  # neither the last token nor what follows may be one
        breakers = np.isin(IDS, never)
        _, logits = dry(IDS, LOGITS, said, breakers, multiplier=1.0, base=2.0, allowed_length=1)
        assert logits.tolist() == LOGITS.tolist()


@given(st.lists(st.integers(0, 3), min_size=2, max_size=60), st.sets(st.integers(0, 3), max_size=2))
def test_repeats_are_those_of_the_definition(said: list[int], breakers: set[int]) -> None:
    expected: list[tuple[int, int]] = []
    for end in range(len(said) - 1):
        length = 0
        while length <= end and said[end - length] == said[-1 - length]:
            if said[end - length] in breakers:
                break
            length += 1
        if length and said[end + 1] not in breakers:
            expected.append((said[end + 1], length))
    followers, lengths = repeats(np.array(said), np.isin(np.arange(4), list(breakers)))
    assert list(zip(followers.tolist(), lengths.tolist(), strict=True)) == expected


def test_the_longest_repetition_is_finite() -> None:
    said = [1] * 3000
    _, lengths = repeats(np.array(said), NO_BREAKERS)
    assert lengths.max() == LONGEST_REPEAT
    _, logits = dry(IDS, LOGITS, said, NO_BREAKERS, multiplier=100.0, base=10.0, allowed_length=1)
    assert np.isfinite(logits).all()
    assert logits.argmin() == 1


@pytest.mark.parametrize(
    "step",
    [
        lambda ids, logits: add_bias(ids, logits, {1: 1.0, 4: 2.0}),
        lambda ids, logits: repetition(ids, logits, [1, 4], 2.0),
        lambda ids, logits: presence_and_frequency(ids, logits, [1, 4, 4], 1.0, 1.0),
        lambda ids, logits: dry(
            ids, logits, [0, 4, 0, 1, 0], NO_BREAKERS, multiplier=1.0, base=2.0, allowed_length=1
        ),
    ],
)
def test_some_candidates_get_what_they_get_among_all(step) -> None:
    _, whole = step(IDS, LOGITS)
    some = np.array([0, 3, 4])
    before = LOGITS[some].copy()
    ids, logits = step(some, before)
    assert logits.tolist() == whole[some].tolist()
    assert (ids.tolist(), before.tolist()) == ([0, 3, 4], LOGITS[some].tolist())  # not in place


@pytest.mark.parametrize("said", [[], [2]])
def test_nothing_said_is_nothing_taken(said: list[int]) -> None:
    _, logits = dry(IDS, LOGITS, said, NO_BREAKERS, multiplier=1.0, base=2.0, allowed_length=1)
    assert logits is LOGITS
