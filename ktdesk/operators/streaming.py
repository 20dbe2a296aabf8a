# SPDX-License-Identifier: Apache-2.0
"""What the layers share whose experts are on the CPU while the rest of a model is on a GPU."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ktdesk.devices.chunks import RESERVE_BYTES
from ktdesk.devices.cuda import CudaDevice
from ktdesk.devices.expert_ring import ExpertRing
from ktdesk.operators.expert_split import Speeds

if TYPE_CHECKING:
    from ktdesk.operators.streamed_experts import StreamedExperts


class Streaming:
    """The ring of a GPU, how fast both sides are, and memory that both reach.

    threads: that the CPU works with.
    """

    def __init__(self, gpu: CudaDevice, threads: int) -> None:
        self.ring, self.speeds = ExpertRing(gpu, threads), Speeds()
        self._gpu = gpu
        self._last: StreamedExperts | None = None
        self._rooms = (torch.empty(0), torch.empty(0))

    def append(self, layer: StreamedExperts) -> None:
        """Note the next layer, whose experts may come ahead."""
        if self._last:
            self._last.next = layer
        self._last = layer

    def open(self, chunk_bytes: int) -> None:
        """Take what the ring needs of the memory, when all layers are there.

        chunk_bytes: what must stay free for a long chunk of a prompt. Raises MemoryShortage.
        """
        arena = self._gpu.arena
        self.ring.open(arena.budget_bytes - arena.used_bytes - RESERVE_BYTES - chunk_bytes)

    def rooms(self, tokens: int, width: int) -> tuple[Tensor, Tensor]:
        """Return room for what the CPU reads and writes, which copies reach without a detour."""
        size = tokens * width
        if size > self._rooms[0].numel():
            self._rooms = (torch.empty(0), torch.empty(0))
            a, b = (self._gpu.pinned(size, dtype=torch.float32) for _ in range(2))
            self._rooms = (a, b)
        source, result = (room[:size].view(tokens, width) for room in self._rooms)
        return source, result
