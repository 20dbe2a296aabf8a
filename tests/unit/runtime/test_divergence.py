# SPDX-License-Identifier: Apache-2.0
"""Divergences of logits, against sums by hand and the one of torch."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from ktdesk.runtime.divergence import divergence


def logits(*probabilities: float) -> np.ndarray:
    """Return logits of these probabilities; they may stand anywhere, as those of models do."""
    return np.log(np.array(probabilities, np.float32)) + np.float32(7)


def test_two_tokens_by_hand() -> None:
    first = [logits(0.5, 0.5), logits(0.75, 0.25)]
    other = [logits(0.25, 0.75), logits(0.75, 0.25)]
    found = divergence(first, other)
    nats = 0.5 * math.log(2) + 0.5 * math.log(2 / 3)  # of the first token; none of the second
    # float32 has seven digits.
    assert found.most_nats == pytest.approx(nats, rel=1e-5)
    assert found.mean_nats == pytest.approx(nats / 2, rel=1e-5)
    assert (found.tokens, found.same_top) == (2, 0.5)


def test_it_is_that_of_torch_for_a_large_vocabulary() -> None:
    random = np.random.default_rng(5)
    first, other = (random.normal(0, 4, (9, 32000)).astype(np.float32) for _ in range(2))
    one, two = (torch.from_numpy(each).double().log_softmax(-1) for each in (first, other))
    expected = torch.nn.functional.kl_div(two, one, reduction="none", log_target=True).sum(-1)
    found = divergence(list(first), list(other))
    assert found.mean_nats == pytest.approx(float(expected.mean()))
    assert found.most_nats == pytest.approx(float(expected.max()))
    assert found.same_top == float(np.mean(first.argmax(1) == other.argmax(1)))


def test_nothing_diverges_from_itself() -> None:
    same = [logits(0.1, 0.2, 0.7)] * 3
    assert divergence(same, same).mean_nats == 0
    assert divergence(same, same).same_top == 1
