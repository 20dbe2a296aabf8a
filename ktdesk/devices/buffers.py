# SPDX-License-Identifier: Apache-2.0
"""`StepInputs`: the only memory that is written between two replays of a graph."""

from __future__ import annotations

from collections.abc import Sequence

import torch


class StepInputs:
    """The tokens of one step and their places in the sequence.

    tokens, positions: [T] int32, consecutive positions. Kernels read them when they run, so a
    captured step works on whatever was loaded last.
    """

    def __init__(self, tokens: int) -> None:
        self.tokens = torch.zeros(tokens, dtype=torch.int32)
        self.positions = torch.zeros(tokens, dtype=torch.int32)

    def load(self, tokens: Sequence[int], start: int) -> None:
        """Write the next tokens, the first of which stands at position `start`.

        The caller has checked that tokens are in the vocabulary and positions in the context.
        """
        self.tokens.copy_(torch.tensor(tokens, dtype=torch.int32))
        torch.arange(start, start + len(tokens), dtype=torch.int32, out=self.positions)
