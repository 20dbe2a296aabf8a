# SPDX-License-Identifier: Apache-2.0
"""The choice of the next token: repetition penalty, top-k, top-p, min-p, temperature, seed.

In numpy: torch would wake its own threads for this, beside those that compute the model.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from ktdesk.errors import KernelError, RequestError
from ktdesk.runtime.request import ContextFull, Options, PromptLookup

PENALTY_WINDOW = 256  # the last tokens that the repetition penalty looks at

Floats = NDArray[np.float32]


class Sampler:
    """Chooses tokens for one request. The same seed and logits give the same tokens.

    Raises RequestError if an option is out of range.
    """

    def __init__(self, options: Options) -> None:
        check_options(options)
        self._options = options
        self._random = random.Random(options.seed)

    def sample(self, logits: Floats, context: Sequence[int]) -> int:
        """Return the next token for logits [V]; `context` holds the tokens before it."""
        logits = self._penalized(logits, context)
        best = int(logits.argmax())
        if not math.isfinite(logits[best]):  # argmax finds a NaN if there is one
            raise KernelError(
                "The model computed numbers that are not finite.",
                hint="The model file may be damaged: verify it, or fetch it again.",
            )
        if self._options.temperature == 0:
            return best
        ids = self._candidates(logits)
        weights = _softmax(logits[ids] / self._options.temperature)
        return int(ids[self._draw(weights)])

    def _penalized(self, logits: Floats, context: Sequence[int]) -> Floats:
        penalty = self._options.repetition_penalty
        if penalty == 1 or not context:
            return logits
        seen = np.array(sorted(set(context[-PENALTY_WINDOW:])))
        scores = logits[seen]
        logits = logits.copy()
        logits[seen] = np.where(scores > 0, scores / penalty, scores * penalty)
        return logits

    def _candidates(self, logits: Floats) -> NDArray[np.intp]:
        """Return the ids that remain, best first."""
        options = self._options
        ids = _best(logits, options.top_k or len(logits))
        probabilities = _softmax(logits[ids])
        keep = probabilities >= options.min_p * probabilities[0]
        # A token stays if the mass before it is below top_p; so the first always stays.
        keep &= probabilities.cumsum() - probabilities < options.top_p
        keep[0] = True
        return ids[keep]

    def _draw(self, weights: NDArray[np.float64]) -> int:
        sums = weights.cumsum()
        place = np.searchsorted(sums, self._random.random() * float(sums[-1]), side="right")
        return min(int(place), len(weights) - 1)


def _best(logits: Floats, count: int) -> NDArray[np.intp]:
    """Return the ids of the `count` largest logits, best first."""
    ids = np.arange(len(logits))
    if count < len(logits):
        ids = np.argpartition(logits, -count)[-count:]
    return ids[np.argsort(-logits[ids], kind="stable")]


def _softmax(logits: Floats) -> NDArray[np.float64]:
    powers = np.exp(logits.astype(np.float64) - float(logits.max()))
    return powers / powers.sum()


def check_options(options: Options) -> None:
    """Raise RequestError naming the first option that is out of range."""
    limits: list[tuple[str, float, float, float]] = [
        ("temperature", options.temperature, 0, 100),
        ("top_k", options.top_k, 0, math.inf),
        ("top_p", options.top_p, 0, 1),
        ("min_p", options.min_p, 0, 1),
        ("repetition_penalty", options.repetition_penalty, 0.01, 100),
        ("max_tokens", options.max_tokens, 0, math.inf),
    ]
    for name, value, low, high in limits:
        if not low <= value <= high:  # also refuses NaN
            raise RequestError(
                f"The option {name} is {value}, which is not between {low} and {high}.",
                hint="Correct it in the sampling settings.",
            )
    for word, value, choices in (
        ("context_full", options.context_full, get_args(ContextFull)),
        ("prompt_lookup", options.prompt_lookup, get_args(PromptLookup)),
    ):
        if value not in choices:
            raise RequestError(
                f"The option {word} is {value!r}.", hint=f"Allowed: {', '.join(choices)}."
            )
