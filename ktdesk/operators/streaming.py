# SPDX-License-Identifier: Apache-2.0
"""What the layers share whose experts are on the CPU while the rest of a model is on a GPU."""

from __future__ import annotations

import torch
from torch import Tensor

from ktdesk.devices.cuda import CudaDevice
from ktdesk.devices.expert_ring import ExpertRing
from ktdesk.operators.expert_split import Speeds


class Streaming:
    """The ring of a GPU, how fast both sides are, and memory that both reach.

    threads: that the CPU works with.
    """

    def __init__(self, gpu: CudaDevice, threads: int) -> None:
        self.ring, self.speeds = ExpertRing(gpu, threads), Speeds()
        self._gpu = gpu
        self._rooms = (torch.empty(0), torch.empty(0))

    def rooms(self, tokens: int, width: int) -> tuple[Tensor, Tensor]:
        """Return room for what the CPU reads and writes, which copies reach without a detour."""
        size = tokens * width
        if size > self._rooms[0].numel():
            self._rooms = (torch.empty(0), torch.empty(0))
            a, b = (self._gpu.pinned(size, dtype=torch.float32) for _ in range(2))
            self._rooms = (a, b)
        source, result = (room[:size].view(tokens, width) for room in self._rooms)
        return source, result
