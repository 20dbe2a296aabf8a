# SPDX-License-Identifier: Apache-2.0
"""The sampler: each step does what its name says, and a seed repeats itself."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter

import numpy as np
import pytest

from ktdesk.errors import KernelError, RequestError
from ktdesk.runtime.request import Options
from ktdesk.runtime.sampler import Sampler
from tests.logits import at_hand

LOGITS = np.array([0.0, 3.0, 2.0, 1.0, -1.0], np.float32)
IDS = np.arange(5)


def neutral(**changes: object) -> Options:
    """Options that do nothing but draw, and what is changed of them."""
    plain = Options(temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, seed=5)
    return dataclasses.replace(plain, **changes)


def test_temperature_zero_is_greedy() -> None:
    assert Sampler(neutral(temperature=0.0)).sample(at_hand(LOGITS), []) == 1


def softmax(logits: list[float]) -> list[float]:
    powers = [math.exp(x) for x in logits]
    return [power / sum(powers) for power in powers]


# What each token should get, by plain formulas on the five logits 0, 3, 2, 1, -1.
P = softmax([0, 3, 2, 1, -1])  # 0.032, 0.643, 0.237, 0.087, 0.012
SAID = [1, 1, 2]
CASES: list[tuple[dict[str, object], list[float]]] = [
    ({}, P),
    ({"temperature": 0.5}, softmax([0, 6, 4, 2, -2])),
    ({"temperature": 2.0}, softmax([0, 1.5, 1, 0.5, -0.5])),
    ({"top_k": 2}, [0, P[1], P[2], 0, 0]),
    ({"top_p": 0.7}, [0, P[1], P[2], 0, 0]),
    ({"top_p": 0.9}, [0, P[1], P[2], P[3], 0]),
    ({"min_p": 0.1}, [0, P[1], P[2], P[3], 0]),  # 0.087 is more than a tenth of 0.643
    # The entropy is 0.97 and the surprises 3.4, 0.44, 1.4, 2.4, 4.4: token 2 is nearest, then 1.
    ({"typical_p": 0.2}, [0, 0, 1, 0, 0]),
    ({"typical_p": 0.5}, [0, P[1], P[2], 0, 0]),
    # Typical-p first: with tokens 1 and 2 left, the first has 0.73 of the rest.
    ({"typical_p": 0.5, "top_p": 0.7}, [0, 1, 0, 0, 0]),
    # The temperature comes last: what is cut does not depend on it.
    ({"min_p": 0.3, "temperature": 2.0}, softmax([-math.inf, 1.5, 1, -math.inf, -math.inf])),
    ({"top_p": 0.7, "temperature": 100.0}, softmax([-math.inf, 0.03, 0.02, -math.inf, -math.inf])),
    ({"repetition_penalty": 2.0}, softmax([0, 1.5, 1, 1, -1])),
    ({"presence_penalty": 0.5}, softmax([0, 2.5, 1.5, 1, -1])),
    ({"frequency_penalty": 0.5}, softmax([0, 2, 1.5, 1, -1])),
    ({"frequency_penalty": 0.5, "penalty_tokens": 1}, softmax([0, 3, 1.5, 1, -1])),
    # Bias first, and the penalty divides what it made.
    ({"logit_bias": {0: 4.0, 1: 1.0}, "repetition_penalty": 2.0}, softmax([4, 2, 1, 1, -1])),
    # Penalties before the cuts: token 1 falls behind token 3.
    ({"presence_penalty": 2.5, "top_k": 1}, [0, 0, 0, 1, 0]),
]


@pytest.mark.parametrize(("changes", "weights"), CASES, ids=lambda value: str(value)[:40])
def test_frequencies_follow_the_plain_formulas(
    changes: dict[str, object], weights: list[float]
) -> None:
    draws = 3000
    sampler = Sampler(neutral(**changes))
    counts = Counter(sampler.sample(at_hand(LOGITS), SAID) for _ in range(draws))
    expected = {token: draws * w / sum(weights) for token, w in enumerate(weights) if w > 0}
    assert set(counts) <= set(expected)
    chi_square = sum((counts[token] - n) ** 2 / n for token, n in expected.items())
    freedom = len(expected) - 1
    # Its mean is the degrees of freedom, its variance twice that; more than four deviations above
    # has, with one to four degrees, a chance below 0.2 %. The seed is fixed.
    assert chi_square <= freedom + 4 * math.sqrt(2 * freedom)


def test_dry_keeps_from_repeating() -> None:
    said = [0, 3, 1, 4, 0, 3]  # token 1 would repeat two tokens
    breakers = np.zeros(5, np.bool_)
    options = neutral(temperature=0.0, dry_multiplier=1.0, dry_base=2.0, dry_allowed_length=2)
    assert Sampler(options, breakers=breakers).sample(at_hand(LOGITS - 0.5 * (IDS == 1)), said) == 2
    for change in ({"dry_allowed_length": 3}, {"dry_tokens": 4}, {"dry_multiplier": 0.0}):
        sampler = Sampler(dataclasses.replace(options, **change), breakers=breakers)
        assert sampler.sample(at_hand(LOGITS - 0.5 * (IDS == 1)), said) == 1


def test_a_seed_repeats_itself_and_no_seed_does_not() -> None:
    flat = np.zeros(1000, np.float32)

    def tokens(seed: int | None) -> list[int]:
        sampler = Sampler(Options(temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, seed=seed))
        return [sampler.sample(at_hand(flat), []) for _ in range(20)]

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
        {"typical_p": 1.1},
        {"presence_penalty": math.inf},
        {"frequency_penalty": math.nan},
        {"penalty_tokens": -1},
        {"dry_multiplier": -0.1},
        {"dry_base": 0.5},
        {"dry_allowed_length": 0},
        {"dry_tokens": -1},
    ],
)
def test_an_option_out_of_range_is_named(options: dict[str, float]) -> None:
    with pytest.raises(RequestError, match=next(iter(options))):
        Sampler(Options(**options))


@pytest.mark.parametrize("value", [math.nan, -math.inf, 101.0])
def test_a_bias_out_of_range_is_named(value: float) -> None:
    with pytest.raises(RequestError, match="bias of token 3 is"):
        Sampler(Options(logit_bias={1: 1.0, 3: value}))


def test_shapes_of_answers_contradict_each_other() -> None:
    with pytest.raises(RequestError, match="json and grammar contradict"):
        Sampler(Options(json=True, grammar="start: /a/"))


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_numbers_that_are_not_finite_are_an_error(value: float, temperature: float) -> None:
    logits = LOGITS.copy()
    logits[3] = value
    with pytest.raises(KernelError, match="not finite"):
        Sampler(neutral(temperature=temperature)).sample(at_hand(logits), [])
