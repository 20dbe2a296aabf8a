# SPDX-License-Identifier: Apache-2.0
"""Which candidates stay, against the plain formulas on probabilities in float64."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.runtime.candidates import largest, min_p, softmax, top_k, top_p, typical_p

SIZES = (1, 2, 7, 100, 5000)


def random_logits(size: int, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).standard_normal(size) * 3).astype(np.float32)


def probabilities(logits: np.ndarray) -> list[float]:
    most = float(logits.max())
    powers = [math.exp(float(x) - most) for x in logits]
    total = math.fsum(powers)
    return [power / total for power in powers]


def best_first(logits: np.ndarray) -> list[int]:
    return sorted(range(len(logits)), key=lambda i: (-logits[i], i))


def kept(step, logits: np.ndarray, value: float) -> set[int]:
    """Run a step on candidates whose ids are not their places."""
    ids = np.arange(len(logits)) * 3 + 5
    kept_ids, kept_logits = step(ids, logits, value)
    places = (kept_ids - 5) // 3
    np.testing.assert_array_equal(logits[places], kept_logits)
    assert len(kept_ids) == len(set(kept_ids.tolist())) > 0
    return set(places.tolist())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", [1, 3, 40, 10000])
def test_top_k_keeps_the_likeliest_in_order(size: int, count: int) -> None:
    logits = random_logits(size, count)
    ids, _ = top_k(np.arange(size), logits, count)
    assert ids.tolist() == best_first(logits)[:count]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mass", [0.0, 0.1, 0.5, 0.95, 0.9999])
def test_top_p_keeps_the_fewest_that_reach_the_mass(size: int, mass: float) -> None:
    logits = random_logits(size)
    shares, expected, reached = probabilities(logits), set[int](), 0.0
    for place in best_first(logits):
        if expected and reached >= mass:
            break
        expected.add(place)
        reached += shares[place]
    assert kept(top_p, logits, mass) == expected


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("share", [0.01, 0.3, 1.0])
def test_min_p_compares_with_the_likeliest(size: int, share: float) -> None:
    logits = random_logits(size)
    shares = probabilities(logits)
    most = max(shares)
    assert kept(min_p, logits, share) == {i for i, p in enumerate(shares) if p >= share * most}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("mass", [0.0, 0.2, 0.7, 0.99])
def test_typical_p_keeps_what_is_as_surprising_as_expected(size: int, mass: float) -> None:
    logits = random_logits(size)
    shares = probabilities(logits)
    entropy = -sum(p * math.log(p) for p in shares)
    expected, reached = set[int](), 0.0
    for place in sorted(range(size), key=lambda i: abs(-math.log(shares[i]) - entropy)):
        if expected and reached >= mass:
            break
        expected.add(place)
        reached += shares[place]
    assert kept(typical_p, logits, mass) == expected


@pytest.mark.parametrize(
    ("step", "off"), [(top_k, 0), (top_p, 1.0), (min_p, 0.0), (typical_p, 1.0)]
)
def test_a_step_that_is_off_keeps_all(step, off: float) -> None:
    assert kept(step, random_logits(1000), off) == set(range(1000))


def test_typical_p_leaves_out_the_likeliest_if_it_is_no_surprise() -> None:
    # 0.6 and 40 of 0.01: the entropy is 2.15, the surprises are 0.51 and 4.6: the one is nearer.
    one = np.log(np.array([0.6] + [0.01] * 40, np.float32))
    assert kept(typical_p, one, 0.5) == {0}
    # 0.3 and 70 of 0.01: entropy 3.58, surprises 1.2 and 4.6.
    many = np.log(np.array([0.3] + [0.01] * 70, np.float32))
    assert 0 not in kept(typical_p, many, 0.5)


@given(st.lists(st.sampled_from([-math.inf, -2.0, 0.0, 1.5, 3.0]), min_size=1), st.integers(1, 9))
def test_of_equal_ones_the_first_are_largest(values: list[float], count: int) -> None:
    logits = np.array(values * 70, np.float32)  # enough for groups
    assert largest(logits, count).tolist() == best_first(logits)[:count]


def test_a_very_low_temperature_leaves_the_likeliest() -> None:
    shares = softmax(random_logits(50), 1e-30)
    assert shares.max() == shares.sum() == 1.0
