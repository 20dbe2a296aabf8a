# SPDX-License-Identifier: Apache-2.0
"""Which tokens are left to choose from: top-k, typical-p, top-p, min-p.

Every step takes candidates and returns those that stay, at least one. Probabilities are those of
the softmax over the candidates it gets.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.intp]
Logits = NDArray[np.float32]
Candidates = tuple[Ids, Logits]  # of the same length [N]

_GROUPS = 64  # of logits whose maxima are compared first
_TOP_P_FIRST, _TOP_P_GROWTH = 256, 8  # the likeliest that are sorted first, and then


def likeliest(ids: Ids, logits: Logits) -> Candidates:
    """Keep one; of equal ones, the first."""
    place = logits.argmax()
    return ids[place : place + 1], logits[place : place + 1]


def top_k(ids: Ids, logits: Logits, count: int) -> Candidates:
    """Keep the `count` likeliest, likeliest first; 0 keeps all as they are."""
    if count == 0:
        return ids, logits
    places = largest(logits, count)
    return ids[places], logits[places]


def typical_p(ids: Ids, logits: Logits, mass: float) -> Candidates:
    """Keep those whose surprise is nearest to what is to be expected, up to `mass` together.

    Locally typical sampling: surprise is -log p, what is to be expected is the entropy.
    """
    if mass >= 1:
        return ids, logits
    logs = log_softmax(logits)
    probabilities = np.exp(logs)
    # Of a candidate without probability, 0 times an infinite surprise counts as 0.
    entropy = -float(probabilities @ np.where(probabilities > 0, logs, 0.0))
    nearest = _order(-np.abs(logs + entropy).astype(np.float32))
    places = np.sort(nearest[: _count_for(probabilities[nearest], mass)])
    return ids[places], logits[places]


def top_p(ids: Ids, logits: Logits, mass: float) -> Candidates:
    """Keep the likeliest that together reach `mass`."""
    if mass >= 1:
        return ids, logits
    probabilities = softmax(logits)
    count = _TOP_P_FIRST
    while True:  # nearly always few tokens are enough, and sorting all of them takes long
        places = largest(logits, count)
        if count >= len(logits) or probabilities[places].sum() >= mass:
            break
        count *= _TOP_P_GROWTH
    places = np.sort(places[: _count_for(probabilities[places], mass)])
    return ids[places], logits[places]


def min_p(ids: Ids, logits: Logits, share: float) -> Candidates:
    """Keep those with at least this share of the likeliest's probability."""
    if share <= 0:
        return ids, logits
    keep = logits >= logits.max() + np.log(share)
    return ids[keep], logits[keep]


def largest(logits: Logits, count: int) -> Ids:
    """Return the places of the `count` largest, largest first; of equal ones, the first."""
    per_group = len(logits) // _GROUPS
    if count > per_group:
        return _order(logits)[:count]
    # `count` groups have a maximum of at least `bound`, so no smaller logit is among the best.
    maxima = logits[: per_group * _GROUPS].reshape(_GROUPS, per_group).max(axis=0)
    bound = np.partition(maxima, -count)[-count]
    places = np.flatnonzero(logits >= bound)
    return places[_order(logits[places])[:count]]


def _order(values: Logits) -> Ids:
    """Return the places of values, largest first; of equal ones, the first.

    Bits of floats that are read as whole numbers are in order but for their sign. With the place
    below them, what is sorted are numbers of 64 bits: several times as fast as a stable argsort.
    """
    bits = (values + np.float32(0)).view(np.uint32)  # 0 in place of -0
    ascending = np.where(bits >> 31, ~bits, bits | np.uint32(1 << 31))
    keys = (~ascending).astype(np.uint64) << np.uint64(32) | np.arange(len(values), dtype=np.uint64)
    keys.sort()
    return (keys & np.uint64(0xFFFFFFFF)).astype(np.intp)


def log_softmax(logits: Logits) -> NDArray[np.float64]:
    """Return the logarithms of the probabilities."""
    shifted = logits.astype(np.float64) - float(logits.max())
    return shifted - np.log(np.exp(shifted).sum())


def softmax(logits: Logits, temperature: float = 1.0) -> NDArray[np.float64]:
    """Return the probabilities; of the logits divided by the temperature."""
    powers = np.exp((logits.astype(np.float64) - float(logits.max())) / temperature)
    return powers / powers.sum()


def _count_for(probabilities: NDArray[np.float64], mass: float) -> int:
    """Return how many of the first reach `mass`: one stays if the mass before it is below."""
    before = probabilities.cumsum() - probabilities
    return max(1, int(np.count_nonzero(before < mass)))
