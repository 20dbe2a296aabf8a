# SPDX-License-Identifier: Apache-2.0
"""How far the logits of a model that is run in another way are from those of a first one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Divergence:
    """What changes from one way of running a model to another, over some tokens of a text.

    mean_nats, most_nats: the Kullback-Leibler divergence of the other's probabilities from the
    first's. same_top: the share of tokens for which both hold the same one the likeliest.
    """

    tokens: int
    mean_nats: float
    most_nats: float
    same_top: float


def divergence(
    first: Sequence[NDArray[np.float32]], other: Sequence[NDArray[np.float32]]
) -> Divergence:
    """Compare the logits [V] of the same tokens, one at least."""
    pairs = list(zip(first, other, strict=True))
    nats = [_nats(one, two) for one, two in pairs]
    same = [int(one.argmax() == two.argmax()) for one, two in pairs]
    return Divergence(len(pairs), sum(nats) / len(nats), max(nats), sum(same) / len(same))


def _nats(first: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    one, two = _log_probabilities(first), _log_probabilities(other)
    return float(np.sum(np.exp(one) * (one - two)))


def _log_probabilities(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    shifted = logits.astype(np.float64) - float(logits.max())
    return shifted - np.log(np.exp(shifted).sum())
