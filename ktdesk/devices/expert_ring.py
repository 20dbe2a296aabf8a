# SPDX-License-Identifier: Apache-2.0
"""A ring of slots on a GPU and in pinned memory, through which experts' weights pass."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ktdesk.devices.cuda import CudaDevice
from ktdesk.kernels.gpu_tensors import gpu_address

if TYPE_CHECKING:
    from ktdesk import _cuda

# One is filled by the CPU, one is on the way, one is multiplied with, and one takes up differences.
_LEAST_SLOTS = 4
# They copy what is not pinned at home. Beside an H200, 4 of 16 sent 23 GB/s when nobody else was at
# work, and 8 of them 45, where PCIe 5.0 takes 55; beside the CPU's experts, as many as these leave.
_MOST_THREADS = 8

ExpertParts = Sequence[tuple[int, int, int]]  # address, bytes, where in the slot


@dataclass(frozen=True, slots=True)
class Ahead:
    """Experts that come before they are asked for, and what must live as long: their homes."""

    parts: list[ExpertParts] = field(default_factory=list[ExpertParts])
    homes: object = None


def _most_slots(experts: int) -> int:
    """Return how many slots help where layers have so many experts.

    While a layer's attention and shared experts are computed, the bus brings the next ones ahead.
    Of DeepSeek-R1 they take a third of a layer's time where PCIe 5.0 meets an H200, and cards with
    slower products have a slower bus: half a layer is more than they let it bring.
    """
    return max(_LEAST_SLOTS, experts // 2)


def ring_bytes(experts: int, expert_bytes: int) -> int:
    """Return about what a ring takes of a GPU's memory that brings as much ahead as helps.

    experts: of a layer. expert_bytes: of one of them.
    """
    return (_most_slots(experts) + 1) * expert_bytes


class ExpertRing:
    """The ring of one GPU. threads: that this machine's CPU works with.

    stored: room for the expert that is in use, as it is in the file. ahead: what comes already, or
    is there.
    """

    def __init__(self, gpu: CudaDevice, threads: int) -> None:
        self._gpu, self._threads = gpu, min(_MOST_THREADS, max(1, threads // 2))
        self._slot_bytes = self._stored_bytes = self._experts = 0
        self._native: _cuda.ExpertStream | None = None
        self._slots = self._pinned = self.stored = torch.empty(0)
        self.ahead = Ahead()

    def __del__(self) -> None:
        """End the transfers before what they read and write goes."""
        self._native = None

    def reserve(self, experts: int, slot_bytes: int, stored_bytes: int) -> None:
        """Note a layer of so many experts, each of which needs so much of a slot.

        stored_bytes: of one as it is in the file, if it has to be made that on the GPU.
        """
        self._experts = max(self._experts, experts)
        self._slot_bytes = max(self._slot_bytes, slot_bytes)
        self._stored_bytes = max(self._stored_bytes, stored_bytes)

    def open(self, free_bytes: int) -> None:
        """Take the memory for what was reserved: as many slots as help and fit, but a few always.

        Raises MemoryShortage.
        """
        fitting = (free_bytes - self._stored_bytes) // self._slot_bytes
        count = max(_LEAST_SLOTS, min(fitting, _most_slots(self._experts)))
        self._slots = self._gpu.empty(count, self._slot_bytes, dtype=torch.uint8)
        self._pinned = self._gpu.pinned(_LEAST_SLOTS, self._slot_bytes, dtype=torch.uint8)
        self.stored = self._gpu.empty(self._stored_bytes, dtype=torch.uint8)
        self._native = self._gpu.module.ExpertStream(
            self._gpu.stream,
            self._pinned.data_ptr(),
            _LEAST_SLOTS,
            gpu_address(self._slots),
            count,
            self._slot_bytes,
            self._threads,
        )

    @property
    def slots(self) -> int:
        """How many experts it holds."""
        return len(self._slots)

    @contextmanager
    def bringing(self, experts: list[ExpertParts], then: Ahead) -> Generator[Iterator[Tensor]]:
        """Bring experts from now on; the `with` block takes the slots in which they are, as bytes.

        What is launched on the device before the next one is asked for sees the slot. After the
        block nothing is read any more where the experts are at home. But if all goes well, the
        first ones of the next block, `then`, come meanwhile.
        """
        assert self._native is not None, "the ring is not open"
        coming = len(self.ahead.parts)
        if self.ahead.parts != experts[:coming]:
            self._native.drop()
            coming = 0
        self._native.add([*experts[coming:], *then.parts])
        self.ahead = Ahead()
        try:
            yield self._taken(self._native, len(experts))
            self.ahead = then
        finally:
            if not self.ahead.parts:
                self._native.drop()

    def _taken(self, native: _cuda.ExpertStream, count: int) -> Iterator[Tensor]:
        for _ in range(count):
            slot = native.take(self._gpu.stream)
            yield self._slots[slot]
            native.give_back(self._gpu.stream)
