# SPDX-License-Identifier: Apache-2.0
"""What a token's largest logits tell of a choice among all of them.

One candidate, OTHERS, stands for every token that is not in the list. No other's logit is larger
than its own, and it comes first, so that ties go to it. As long as what changes logits only lowers
them, this holds, and steps that take candidates need not know of it: where OTHERS is not among what
they leave, none of the others would be.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from ktdesk.devices.logits import Shortlist
from ktdesk.runtime.candidates import Candidates, Ids, Logits

OTHERS = -1

# More than the relative error of `Shortlist.total`: some forty roundings of 6e-8, and exponentials
# of differences up to some ten, whose rounding they multiply.
_TOTAL_ERROR = 1e-5
_MOST_EXPONENT = 600.0  # far beyond what a share of 1 needs, and a float can hold it


def listed(shortlist: Shortlist, allowed: Ids | None) -> Candidates:
    """Return the candidates in ascending order: OTHERS, whose logit is the least, and the rest.

    allowed: the tokens that may come next, ascending; None: all.
    """
    ids = shortlist.ids.astype(np.intp)
    ids[-1] = OTHERS  # as are those that fill the list of a smaller vocabulary
    order = np.argsort(ids)
    if allowed is not None:
        order = order[_are_among(ids[order], allowed)]
    return ids[order], shortlist.values[order]


def _are_among(ids: Ids, allowed: Ids) -> NDArray[np.bool_]:
    places = np.minimum(np.searchsorted(allowed, ids), len(allowed) - 1)
    return (allowed[places] == ids) | (ids == OTHERS)


def has_others(candidates: Candidates) -> bool:
    """Return whether other tokens may be among these candidates."""
    return bool((candidates[0] == OTHERS).any())


def mass_of_others(shortlist: Shortlist) -> tuple[float, float]:
    """Return the least and the most that exp(logit) may sum to over tokens not in the list.

    In units of exp(the largest logit).
    """
    inside = _mass(shortlist.values, float(shortlist.values[0]))
    total = shortlist.total
    least, most = total * (1 - _TOTAL_ERROR), total * (1 + _TOTAL_ERROR)
    return max(0.0, least - inside), max(0.0, most - inside)


def share_among(mass: float, logits: Logits, shortlist: Shortlist, others: float) -> float:
    """Return which share of the candidates' own mass is this share of the mass of all.

    logits: of the candidates. others: the mass of tokens not in the list.
    """
    if others == 0:
        return mass
    most = float(logits.max())
    unit = math.exp(min(_MOST_EXPONENT, float(shortlist.values[0]) - most))
    return mass * (1 + others * unit / _mass(logits, most))


def _mass(logits: Logits, unit: float) -> float:
    return float(np.exp(logits.astype(np.float64) - unit).sum())
