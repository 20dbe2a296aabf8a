# SPDX-License-Identifier: Apache-2.0
"""`StepInputs`: the only memory that is written between two replays of a graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


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

    tokens, positions, places: [T] int32, where the device's kernels read them when they run, so a
    captured step works on whatever was loaded last. A token's place is its row in every cache; the
    rows in front of it are its sequence's, from position 0 on.
    host: [3, T], what `load` writes; on the CPU the same memory.
    """

    def __init__(self, tokens: int, host: Tensor | None = None) -> None:
        self.host = torch.zeros(3, tokens, dtype=torch.int32) if host is None else host
        self.tokens, self.positions, self.places = self.host
        # The same memory: torch takes far longer for few numbers.
        self._written: NDArray[np.int32] = self.host.numpy()

    def send(self) -> None:
        """Launch what brings the numbers to where kernels read them."""

    def on(self, device: object) -> StepInputs:
        """Return the same inputs for the kernels of another device that works on the step."""
        del device
        return self

    def load(self, tokens: Sequence[int], start: int) -> None:
        """Write the next tokens of the one sequence, the first of which stands at `start`."""
        self.load_parts([Part(tokens, start)])

    def load_parts(self, parts: Sequence[Part]) -> None:
        """Write the next tokens of several sequences.

        The caller has checked that tokens are in the vocabulary and places in the context.
        """
        tokens, positions, places = self._written
        at = 0
        for part in parts:
            count = len(part.tokens)
            some = slice(at, at := at + count)
            tokens[some] = part.tokens
            positions[some] = np.arange(part.start, part.start + count)
            places[some] = positions[some] + part.base
        if at != self.host.shape[1]:
            raise ValueError(f"{at} tokens for a step of {len(tokens)}")

    def rows(self) -> range:
        """Return the cache rows of the sequence of all tokens; none, if there are several."""
        _, positions, places = self.host
        starts = places - positions
        start, end = int(starts[0]), int(places.max()) + 1
        return range(start, end) if bool((starts == start).all()) else range(0)
