# SPDX-License-Identifier: Apache-2.0
"""A token that is chosen from the largest logits is the one that all of them give."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ktdesk.devices.logits import Shortlist, TokenLogits
from ktdesk.errors import KernelError
from ktdesk.kernels.top_logits import TOP_LOGITS
from ktdesk.runtime.grammar import Constraint
from ktdesk.runtime.request import Options
from ktdesk.runtime.sampler import Sampler
from tests.logits import at_hand

Logits = NDArray[np.float32]


def shortlist(logits: Logits, error: float = 0.0) -> Shortlist:
    """Return what `top_logits` promises, by sorting. error: of the sum, relative."""
    padded = np.concatenate([logits, np.full(TOP_LOGITS, -np.inf, np.float32)])
    best = np.lexsort((np.arange(len(padded)), -padded))[:TOP_LOGITS]
    ids = np.where(best < len(logits), best, -1).astype(np.int32)
    total = np.exp(logits.astype(np.float64) - float(logits.max())).sum()
    return Shortlist(ids, padded[best], float(np.float32(total * (1 + error))))


class Counted:
    """Logits of which the largest are known. fetched: how often all were asked for."""

    def __init__(self, logits: Logits, error: float = 0.0) -> None:
        self.fetched = 0
        self._logits = logits
        self.logits = TokenLogits(self._whole, shortlist(logits, error))

    def _whole(self) -> Logits:
        self.fetched += 1
        return self._logits


def random_logits(size: int, seed: int, spread: float, step: float) -> Logits:
    """Return logits that are multiples of a step, if there is one: many are equal then."""
    logits = np.random.default_rng(seed).standard_normal(size) * spread
    if step:
        logits = np.round(logits / step) * step
    return logits.astype(np.float32)


class Among(Constraint):
    """Allows some tokens."""

    def __init__(self, ids: NDArray[np.intp]) -> None:
        self._ids = ids

    def allowed(self) -> NDArray[np.intp]:
        return self._ids

    def accept(self, token: int) -> None:
        assert token in self._ids


OPTIONS = st.fixed_dictionaries(
    {
        "temperature": st.sampled_from([0.0, 0.1, 0.7, 1.0, 5.0]),
        "top_k": st.sampled_from([0, 0, 1, 40, 254, 255, 256, 300]),
        "typical_p": st.sampled_from([1.0, 1.0, 0.9]),
        "top_p": st.sampled_from([1.0, 0.999, 0.95, 0.5, 0.0]),
        "min_p": st.sampled_from([0.0, 0.0, 0.05, 0.001, 1e-6]),
        "repetition_penalty": st.sampled_from([1.0, 1.0, 1.1, 50.0, 0.9]),
        "presence_penalty": st.sampled_from([0.0, 0.0, 0.5, 100.0, -1.0]),
        "frequency_penalty": st.sampled_from([0.0, 0.0, 0.5, -0.3]),
        "dry_multiplier": st.sampled_from([0.0, 0.0, 1.0, 100.0]),
        "logit_bias": st.sampled_from([{}, {}, {1: -100.0, 2: -0.5}, {2: 20.0}]),
    }
)


@settings(max_examples=400)
@given(
    st.sampled_from([5, 255, 256, 257, 300, 2000]),
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.0, 0.3, 2.0, 6.0, 300.0]),
    st.sampled_from([0.0, 0.0, 0.5]),
    st.sampled_from([0.0, 0.0, 0.5, 0.999]),
    st.sampled_from([None, None, 0.001, 0.3, 1.0]),
    st.sampled_from([-9e-6, 0.0, 9e-6]),
    OPTIONS,
)
def test_any_options_give_the_token_of_all_logits(
    size: int,
    seed: int,
    spread: float,
    step: float,
    masked: float,
    allowed: float | None,
    error: float,
    options: dict[str, Any],
) -> None:
    random = np.random.default_rng(seed)
    logits = random_logits(size, seed, spread, step)
    logits[random.random(size) < masked] = -np.inf
    logits[random.integers(size)] = spread
    # What was said is mostly what is likely.
    likely = np.argsort(-logits, kind="stable")
    context = likely[(random.random(30) ** 3 * size).astype(int)].tolist()
    context += context[:9]
    constraint = None
    if allowed is not None:
        some = np.flatnonzero((random.random(size) < allowed) & np.isfinite(logits))
        constraint = Among(some if len(some) else likely[:1])
    samplers = [
        Sampler(
            Options(seed=seed, **options),
            breakers=np.zeros(size, np.bool_) if options["dry_multiplier"] else None,
            constraint=constraint,
        )
        for _ in range(2)
    ]
    for _ in range(3):
        chosen = samplers[0].sample(Counted(logits, error).logits, context)
        assert chosen == samplers[1].sample(at_hand(logits), context)
        context.append(chosen)


# A vocabulary as large as that of models, and what a model mostly gives: few tokens are likely.
SIZE = 20_000
PEAKED = random_logits(SIZE, 1, 5.0, 0.0)
LIKELY = np.argsort(-PEAKED)
SAID = [*LIKELY[:300].tolist(), *range(50)]
PLAIN: dict[str, Any] = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "seed": 3}


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": 0.0},
        {"temperature": 0.0, "repetition_penalty": 1.2, "dry_multiplier": 1.0},
        {"top_k": 40, "top_p": 0.95, "min_p": 0.05},
        {"top_k": 200},
        {"top_k": 40, "typical_p": 0.5},
        {"top_k": 40, "presence_penalty": 0.5, "frequency_penalty": 0.1, "penalty_tokens": 0},
        {"top_k": 40, "logit_bias": {int(LIKELY[0]): -100.0}},
        {"top_p": 0.7},
        {"top_p": 0.7, "repetition_penalty": 1.1, "penalty_tokens": 20},
        {"min_p": 0.05},
        {"min_p": 0.05, "top_p": 0.99},
        {"min_p": 0.05, "top_k": 1000},
    ],
    ids=str,
)
def test_what_the_largest_logits_decide(options: dict[str, Any]) -> None:
    counted = Counted(PEAKED)
    breakers = np.zeros(SIZE, np.bool_) if "dry_multiplier" in options else None
    sampler = Sampler(Options(**PLAIN | options), breakers=breakers)
    for _ in range(20):
        sampler.sample(counted.logits, SAID)
    assert counted.fetched == 0


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"top_k": 256},
        {"top_p": 0.9999},
        {"typical_p": 0.9},
        {"min_p": 1e-9},
        {"top_k": 40, "logit_bias": {7: 1.0}},
        {"top_k": 40, "repetition_penalty": 0.9},
        {"top_k": 40, "presence_penalty": -0.1},
        {"top_k": 40, "presence_penalty": 20.0},
    ],
    ids=str,
)
def test_what_they_do_not_decide(options: dict[str, Any]) -> None:
    counted = Counted(PEAKED)
    said = LIKELY[:250].tolist()  # of which so few are left that others come near
    Sampler(Options(**PLAIN | {"penalty_tokens": 0} | options)).sample(counted.logits, said)
    assert counted.fetched == 1


def test_a_grammar_is_followed_where_likely_tokens_fit() -> None:
    for place, fetches in ((100, 0), (1000, 1)):
        counted = Counted(PEAKED)
        constraint = Among(np.sort(LIKELY[[place, 2000, 3000]]))
        sampler = Sampler(Options(temperature=0.0), constraint=constraint)
        assert sampler.sample(counted.logits, []) == LIKELY[place]
        assert counted.fetched == fetches


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_numbers_that_are_not_finite_are_an_error(value: float) -> None:
    values = np.array([value, *[1.0] * (TOP_LOGITS - 1)], np.float32)
    found = Shortlist(np.arange(TOP_LOGITS, dtype=np.int32), values, math.nan)
    with pytest.raises(KernelError, match="not finite"):
        Sampler(Options()).sample(TokenLogits(lambda: PEAKED, found), [])


def assert_same(given: Counted, whole: Logits, said: list[int], options: dict[str, Any]) -> None:
    one, other = (Sampler(Options(**PLAIN | {"penalty_tokens": 0} | options)) for _ in range(2))
    for _ in range(100):
        assert one.sample(given.logits, said) == other.sample(at_hand(whole), said)


def test_penalties_take_from_the_others_mass_too() -> None:
    logits = np.full(2000, -1.5, np.float32)
    logits[:TOP_LOGITS] = np.linspace(3.0, 0.5, TOP_LOGITS)
    said = [*range(TOP_LOGITS, len(logits))]  # a sixth of the mass, until they are penalised
    assert_same(Counted(logits), logits, said, {"top_p": 0.5, "presence_penalty": 90.0})


@pytest.mark.parametrize("error", [-9e-6, 9e-6])
def test_an_error_of_the_sum_decides_nothing(error: float) -> None:
    logits = np.full(300, -np.inf, np.float32)
    logits[[20, 40]] = 1.0  # the first has just half of the mass
    assert_same(Counted(logits, error), logits, [], {"top_p": 0.5})
