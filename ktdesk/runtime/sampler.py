# SPDX-License-Identifier: Apache-2.0
"""The choice of the next token, in steps of which each works with what the one before left.

1. grammar: only tokens that can continue the answer (grammar.py)
2. logit bias; penalties for repetition, presence and frequency; DRY (penalties.py)
3. at temperature 0, the likeliest; else top-k, typical-p, top-p, min-p (candidates.py)
4. temperature, and one draw with the seed

In numpy: torch would wake its own threads for this, beside those that compute the model.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ktdesk.errors import KernelError
from ktdesk.runtime.candidates import (
    Candidates,
    Ids,
    Logits,
    min_p,
    softmax,
    top_k,
    top_p,
    typical_p,
)
from ktdesk.runtime.grammar import Constraint
from ktdesk.runtime.option_limits import check_options
from ktdesk.runtime.penalties import add_bias, dry, presence_and_frequency, repetition
from ktdesk.runtime.request import Options


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
        self._random = random.Random(options.seed)
        self._all = np.arange(0)

    @property
    def is_complete(self) -> bool:
        """Whether the grammar, if there is one, allows nothing more."""
        return self._constraint is not None and self._constraint.is_complete

    def sample(self, logits: Logits, context: Sequence[int]) -> int:
        """Return the next token for logits [V]; `context` holds the tokens before it.

        Raises KernelError if the logits are no numbers, RequestError if the grammar has grown too
        large to follow.
        """
        _check_finite(logits)
        ids, logits = self._penalized(*self._allowed(logits), context)
        if self._options.temperature == 0:
            token = int(ids[logits.argmax()])
        else:
            ids, logits = self._shortened(ids, logits)
            token = int(ids[self._draw(softmax(logits, self._options.temperature))])
        if self._constraint is not None:
            self._constraint.accept(token)
        return token

    def _allowed(self, logits: Logits) -> Candidates:
        if self._constraint is not None:
            ids = self._constraint.allowed()
            return ids, logits[ids]
        if len(self._all) != len(logits):
            self._all = np.arange(len(logits))
        return self._all, logits

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

    def _shortened(self, ids: Ids, logits: Logits) -> Candidates:
        o = self._options
        ids, logits = top_k(ids, logits, o.top_k)
        ids, logits = typical_p(ids, logits, o.typical_p)
        ids, logits = top_p(ids, logits, o.top_p)
        return min_p(ids, logits, o.min_p)

    def _draw(self, probabilities: NDArray[np.float64]) -> int:
        sums = probabilities.cumsum()
        place = np.searchsorted(sums, self._random.random() * float(sums[-1]), side="right")
        return min(int(place), len(probabilities) - 1)


def _check_finite(logits: Logits) -> None:
    if not math.isfinite(logits[logits.argmax()]):  # argmax finds a NaN if there is one
        raise KernelError(
            "The model computed numbers that are not finite.",
            hint="The model file may be damaged: verify it, or fetch it again.",
        )


def _last(context: Sequence[int], count: int) -> Sequence[int]:
    """Return the last tokens; 0 means all."""
    return context[-count:]
