# SPDX-License-Identifier: Apache-2.0
"""The pairs of tokens and experts of a prompt's chunk, grouped by expert on the CPU."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ktdesk.kernels.experts import plan_size


class ExpertPairs:
    """Pairs p = t * K + k, grouped by expert. ids: [T, K] int32, each below `experts`.

    counts: [E], each expert's pairs; none of those that are `elsewhere`.
    """

    def __init__(self, ids: Tensor, experts: int, elsewhere: Sequence[int] = ()) -> None:
        flat = ids.numpy().ravel()
        self.used = ids.shape[1]  # experts per token
        self.counts: NDArray[np.int64] = np.bincount(flat, minlength=experts)
        # Numbers of 16 bits are sorted by digits, in a tenth of the time.
        self._order = np.argsort(flat.astype(np.int16), kind="stable").astype(np.int32)
        self._ends = np.cumsum(self.counts)
        self.counts[list(elsewhere)] = 0

    def of(self, expert: int) -> NDArray[np.int32]:
        """Return the pairs of an expert, in ascending order."""
        end = self._ends[expert]
        return self._order[end - self.counts[expert] : end]

    def plan_without(self, experts: Collection[int]) -> Tensor:
        """Return the plan, as of `expert_plan`, of all experts but some: it has room to spare."""
        counts = self.counts.copy()
        counts[list(experts)] = 0
        active = np.flatnonzero(counts)
        plan = np.zeros(plan_size(len(self._order), len(counts)), np.int32)
        np.cumsum(counts, out=plan[1 : len(counts) + 1])
        pairs = plan[len(counts) + 1 :]
        if len(active):
            pairs[: counts.sum()] = np.concatenate([self.of(expert) for expert in active.tolist()])
        pairs[len(self._order) :][: len(active) + 1] = [len(active), *active]
        return torch.as_tensor(plan)
