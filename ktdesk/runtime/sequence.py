# SPDX-License-Identifier: Apache-2.0
"""A sequence whose rows stand in the model's caches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(eq=False, slots=True)
class CachedSequence:
    """Tokens whose rows stand one after another in the caches, from row `base` on.

    wanted: how many rows it is to have at least. is_busy: it is being read or written; else it is
    kept for whoever goes on with it. is_held: rows behind its tokens are being computed, so it must
    stay where it is. is_in_turn: others go on between its own turns. used: larger than of those
    that were used before it.
    """

    base: int
    tokens: list[int] = field(default_factory=list[int])
    wanted: int = 0
    is_busy: bool = False
    is_held: bool = False
    is_in_turn: bool = False
    used: int = 0

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def needed(self) -> int:
        """How many rows must be its own."""
        return max(len(self.tokens), self.wanted) if self.is_busy else len(self.tokens)

    @property
    def goes_on(self) -> bool:
        """Whether free rows behind it will be used soon."""
        return self.is_busy or self.is_in_turn

    def append(self, tokens: Sequence[int]) -> None:
        """Note that the rows of these tokens were computed behind the others."""
        self.tokens += tokens
