# SPDX-License-Identifier: Apache-2.0
"""`StepInputs`: the only memory that is written between two replays of a graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True)
class Part:
    """Tokens of one sequence that follow each other, the first at position `start`.

    base: the cache row of the sequence's position 0.
    """

    tokens: Sequence[int]
    start: int
    base: int = 0


class StepInputs:
    """The tokens of one step, and where they stand in their sequences and in the caches.

    tokens, positions, places: [T] int32. A token's place is its row in every cache; the rows in
    front of it are its sequence's, from position 0 on. Kernels read them when they run, so a
    captured step works on whatever was loaded last.
    """

    def __init__(self, tokens: int) -> None:
        self.tokens = torch.zeros(tokens, dtype=torch.int32)
        self.positions = torch.zeros(tokens, dtype=torch.int32)
        self.places = torch.zeros(tokens, dtype=torch.int32)

    def load(self, tokens: Sequence[int], start: int) -> None:
        """Write the next tokens of the one sequence, the first of which stands at `start`."""
        self.load_parts([Part(tokens, start)])

    def load_parts(self, parts: Sequence[Part]) -> None:
        """Write the next tokens of several sequences.

        The caller has checked that tokens are in the vocabulary and places in the context.
        """
        at = 0
        for part in parts:
            count = len(part.tokens)
            some = slice(at, at := at + count)
            self.tokens[some] = torch.tensor(part.tokens, dtype=torch.int32)
            torch.arange(part.start, part.start + count, out=self.positions[some])
            torch.add(self.positions[some], part.base, out=self.places[some])
        if at != len(self.tokens):
            raise ValueError(f"{at} tokens for a step of {len(self.tokens)}")
