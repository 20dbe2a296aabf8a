# SPDX-License-Identifier: Apache-2.0
"""Perplexity: how well a model foresees a text. Knows neither torch nor models."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

WINDOW = 512  # tokens that are read from a fresh start, of which the second half counts


@dataclass(frozen=True, slots=True)
class TextLosses:
    """What some more tokens of a text cost, in nats, and how many of them all are done."""

    values: tuple[float, ...]
    done_tokens: int
    total_tokens: int


@dataclass(frozen=True, slots=True)
class Change:
    """How another perplexity of the same text differs, and the standard error of that."""

    percent: float
    error_percent: float


@dataclass(frozen=True, slots=True)
class Perplexity:
    """The losses of a text's tokens, in nats; one at least."""

    losses: tuple[float, ...]

    @property
    def value(self) -> float:
        """Among how many tokens, all equally likely, the model seems to choose."""
        return math.exp(_mean(self.losses))

    def change_to(self, other: Perplexity) -> Change:
        """Return how another one differs, of the same tokens."""
        steps = [b - a for a, b in zip(self.losses, other.losses, strict=True)]
        mean = _mean(steps)
        variance = _mean((step - mean) ** 2 for step in steps)
        error = math.sqrt(variance / max(1, len(steps) - 1))
        return Change(100 * math.expm1(mean), 100 * error)


def _mean(values: Iterable[float]) -> float:
    every = tuple(values)
    return math.fsum(every) / len(every)
