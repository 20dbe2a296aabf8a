# SPDX-License-Identifier: Apache-2.0
"""The choice of the next token, in steps of which each works with what the one before left.

1. grammar: only tokens that can continue the answer (grammar.py)
2. logit bias; penalties for repetition, presence and frequency; DRY (penalties.py)
3. at temperature 0, the likeliest; else top-k, typical-p, top-p, min-p (candidates.py)
4. temperature, and one draw with the seed

Where a device has found the largest logits, they mostly tell what would be left of all of them
(shortlist.py); only if they do not, all are fetched. A token never depends on that.

In numpy: torch would wake its own threads for this, beside those that compute the model.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ktdesk.devices.logits import Shortlist, TokenLogits
from ktdesk.errors import KernelError
from ktdesk.runtime.candidates import (
    Candidates,
    Ids,
    Logits,
    likeliest,
    min_p,
    softmax,
    top_k,
    top_p,
    typical_p,
)
from ktdesk.runtime.grammar import Constraint
from ktdesk.runtime.option_limits import check_options
from ktdesk.runtime.penalties import (
    add_bias,
    changes,
    dry,
    presence_and_frequency,
    repetition,
)
from ktdesk.runtime.request import Options
from ktdesk.runtime.shortlist import has_others, listed, mass_of_others, share_among


class Sampler:
    """Chooses tokens for one request. The same seed and logits give the same tokens.

    breakers: [V], whether a token ends what DRY takes for a repetition; needed where DRY is on.
    Raises RequestError if an option is out of range.
    """

    def __init__(
        self,
        options: Options,
        *,
        breakers: NDArray[np.bool_] | None = None,
        constraint: Constraint | None = None,
    ) -> None:
        check_options(options)
        self._options = options
        self._breakers, self._constraint = breakers, constraint
        self._changes = changes(options)
        self._random = random.Random(options.seed)
        self._all = np.arange(0)

    @property
    def is_complete(self) -> bool:
        """Whether the grammar, if there is one, allows nothing more."""
        return self._constraint is not None and self._constraint.is_complete

    def sample(self, logits: TokenLogits, context: Sequence[int]) -> int:
        """Return the next token for these logits; `context` holds the tokens before it.

        Raises KernelError if the logits are no numbers, RequestError if the grammar has grown too
        large to follow.
        """
        allowed = None if self._constraint is None else self._constraint.allowed()
        left = None
        if logits.shortlist is not None:
            left = self._left_of_list(logits.shortlist, allowed, context)
        if left is None:
            left = self._left_of_all(logits.whole(), allowed, context)
        token = self._drawn(*left)
        if self._constraint is not None:
            self._constraint.accept(token)
        return token

    def _left_of_all(
        self, logits: Logits, allowed: Ids | None, context: Sequence[int]
    ) -> Candidates:
        """Return the candidates to draw from."""
        _check_finite(logits)
        if allowed is not None:
            ids, logits = allowed, logits[allowed]
        else:
            if len(self._all) != len(logits):
                self._all = np.arange(len(logits))
            ids = self._all
        ids, logits = self._penalized(ids, logits, context)
        if self._options.temperature == 0:
            return likeliest(ids, logits)
        ids, logits = top_k(ids, logits, self._options.top_k)
        return self._cut(ids, logits, self._options.top_p)

    def _left_of_list(
        self, shortlist: Shortlist, allowed: Ids | None, context: Sequence[int]
    ) -> Candidates | None:
        """Return the same; None if the largest logits do not tell."""
        _check_finite(shortlist.values)
        o = self._options
        if any(change > 0 for change in self._changes):
            return None
        ids, logits = self._penalized(*listed(shortlist, allowed), context)
        first = likeliest(ids, logits)
        if has_others(first):
            return None
        if o.temperature == 0:
            return first
        ids, logits = top_k(ids, logits, o.top_k)
        if not has_others((ids, logits)):
            return self._cut(ids, logits, o.top_p)
        if o.typical_p < 1 or (o.top_p < 1 and o.top_k):
            return None  # these need the probabilities of tokens that are not in the list
        least, most = mass_of_others(shortlist)
        if allowed is not None or any(self._changes):
            least = 0.0
        fewest, left = (
            self._cut(ids, logits, share_among(o.top_p, logits, shortlist, others))
            for others in (least, most)
        )
        is_decided = len(fewest[0]) == len(left[0]) and not has_others(left)
        return left if is_decided else None

    def _penalized(self, ids: Ids, logits: Logits, context: Sequence[int]) -> Candidates:
        o = self._options
        said = _last(context, o.penalty_tokens)
        ids, logits = add_bias(ids, logits, o.logit_bias)
        ids, logits = repetition(ids, logits, said, o.repetition_penalty)
        ids, logits = presence_and_frequency(
            ids, logits, said, o.presence_penalty, o.frequency_penalty
        )
        if self._breakers is None:
            return ids, logits
        return dry(
            ids,
            logits,
            _last(context, o.dry_tokens),
            self._breakers,
            multiplier=o.dry_multiplier,
            base=o.dry_base,
            allowed_length=o.dry_allowed_length,
        )

    def _cut(self, ids: Ids, logits: Logits, mass: float) -> Candidates:
        """Return what top-k leaves without the unlikely ones. mass: for top-p."""
        ids, logits = typical_p(ids, logits, self._options.typical_p)
        ids, logits = top_p(ids, logits, mass)
        return min_p(ids, logits, self._options.min_p)

    def _drawn(self, ids: Ids, logits: Logits) -> int:
        if self._options.temperature == 0:
            return int(ids[0])
        sums = softmax(logits, self._options.temperature).cumsum()
        place = np.searchsorted(sums, self._random.random() * float(sums[-1]), side="right")
        return int(ids[min(int(place), len(ids) - 1)])


def _check_finite(logits: Logits) -> None:
    if not math.isfinite(logits[logits.argmax()]):  # argmax finds a NaN if there is one
        raise KernelError(
            "The model computed numbers that are not finite.",
            hint="The model file may be damaged: verify it, or fetch it again.",
        )


def _last(context: Sequence[int], count: int) -> Sequence[int]:
    """Return the last tokens; 0 means all."""
    return context[-count:]
