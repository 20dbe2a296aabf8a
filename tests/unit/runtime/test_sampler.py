# SPDX-License-Identifier: Apache-2.0
"""The sampler: each step does what its name says, and a seed repeats itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from ktdesk.errors import KernelError, RequestError
from ktdesk.runtime.request import Options
from ktdesk.runtime.sampler import Sampler

LOGITS = np.array([0.0, 3.0, 2.0, 1.0, -1.0], np.float32)


def draw(
    options: Options, logits: NDArray[np.float32] = LOGITS, count: int = 4000
) -> dict[int, float]:
    """Return how often each token was drawn."""
    sampler = Sampler(options)
    drawn = [sampler.sample(logits, []) for _ in range(count)]
    return {token: drawn.count(token) / count for token in set(drawn)}


def neutral(**changes: float) -> Options:
    return Options(
        **{"temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "seed": 5, **changes}
    )


def test_temperature_zero_is_greedy() -> None:
    assert draw(neutral(temperature=0.0), count=3) == {1: 1.0}


def test_frequencies_follow_the_softmax_of_the_tempered_logits() -> None:
    shares = draw(neutral(temperature=0.5))
    expected = np.exp(LOGITS / 0.5) / np.exp(LOGITS / 0.5).sum()
    for token, share in shares.items():
        # 4000 draws: a share's standard deviation is below 0.008; four of them are allowed.
        assert share == pytest.approx(float(expected[token]), abs=0.032)


@pytest.mark.parametrize(
    ("options", "allowed"),
    [
        ({"top_k": 2}, {1, 2}),
        ({"top_p": 0.6}, {1}),  # the best has 0.64
        ({"top_p": 0.7}, {1, 2}),
        ({"min_p": 0.2}, {1, 2}),  # the second has exp(-1) = 0.37 of the best, the third 0.14
        ({"top_k": 1, "top_p": 0.0}, {1}),
    ],
)
def test_the_tail_is_cut(options: dict[str, float], allowed: set[int]) -> None:
    assert set(draw(neutral(**options))) == allowed


def test_the_repetition_penalty_makes_seen_tokens_less_likely() -> None:
    sampler = Sampler(neutral(temperature=0.0, repetition_penalty=2.0))
    assert sampler.sample(LOGITS, [1]) == 2
    assert sampler.sample(-LOGITS, [4]) == 4  # 1.0 / 2 is still the best
    assert Sampler(neutral(temperature=0.0, repetition_penalty=3.0)).sample(LOGITS, [1, 2]) == 1
    assert LOGITS.tolist() == [0.0, 3.0, 2.0, 1.0, -1.0]


def test_a_seed_repeats_itself_and_no_seed_does_not() -> None:
    flat = np.zeros(1000, np.float32)

    def tokens(seed: int | None) -> list[int]:
        sampler = Sampler(Options(temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, seed=seed))
        return [sampler.sample(flat, []) for _ in range(20)]

    assert tokens(7) == tokens(7)
    assert tokens(7) != tokens(8)
    assert tokens(None) != tokens(None)


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": -1.0},
        {"temperature": math.nan},
        {"top_k": -1},
        {"top_p": 1.5},
        {"min_p": -0.1},
        {"repetition_penalty": 0.0},
        {"max_tokens": -1},
    ],
)
def test_an_option_out_of_range_is_named(options: dict[str, float]) -> None:
    with pytest.raises(RequestError, match=next(iter(options))):
        Sampler(Options(**options))


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_numbers_that_are_not_finite_are_an_error(value: float, temperature: float) -> None:
    logits = LOGITS.copy()
    logits[3] = value
    with pytest.raises(KernelError, match="not finite"):
        Sampler(neutral(temperature=temperature)).sample(logits, [])
