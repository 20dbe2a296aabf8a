# SPDX-License-Identifier: Apache-2.0
"""A ring of slots on a GPU and in pinned memory, through which experts' weights pass."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ktdesk.devices.cuda import CudaDevice
from ktdesk.kernels.gpu_tensors import gpu_address

if TYPE_CHECKING:
    from ktdesk import _cuda

# One is filled by the CPU, one is on the way, one is multiplied with, and one takes up differences.
_SLOTS = 4
# They copy what is not pinned at home. Beside an H200, 4 of 16 sent 23 GB/s when nobody else was at
# work, and 8 of them 45, where PCIe 5.0 takes 55; beside the CPU's experts, as many as these leave.
_MOST_THREADS = 8

ExpertParts = Sequence[tuple[int, int, int]]  # address, bytes, where in the slot


def ring_bytes(expert_bytes: int) -> int:
    """Return about what a ring takes of a GPU's memory, for experts of this size."""
    return (_SLOTS + 1) * expert_bytes


class ExpertRing:
    """The ring of one GPU. threads: that this machine's CPU works with."""

    def __init__(self, gpu: CudaDevice, threads: int) -> None:
        self._gpu, self._threads = gpu, min(_MOST_THREADS, max(1, threads // 2))
        self._slot_bytes = self._stored_bytes = 0
        self._native: _cuda.ExpertStream | None = None
        self._slots = self._pinned = self._stored = torch.empty(0)

    def reserve(self, slot_bytes: int, stored_bytes: int) -> None:
        """Make slots as large as an expert needs, and room for one as it is in the file.

        Raises MemoryShortage. To be called while models are loaded: what is there is lost.
        """
        if slot_bytes > self._slot_bytes:
            self._native = None  # before its memory
            self._slots = self._pinned = torch.empty(0)
            self._slots = self._gpu.empty(_SLOTS, slot_bytes, dtype=torch.uint8)
            self._pinned = self._gpu.pinned(_SLOTS, slot_bytes, dtype=torch.uint8)
            self._slot_bytes = slot_bytes
            self._native = self._gpu.module.ExpertStream(
                self._gpu.stream,
                self._pinned.data_ptr(),
                gpu_address(self._slots),
                slot_bytes,
                _SLOTS,
                self._threads,
            )
        if stored_bytes > self._stored_bytes:
            self._stored = torch.empty(0)
            self._stored = self._gpu.empty(stored_bytes, dtype=torch.uint8)
            self._stored_bytes = stored_bytes

    @property
    def stored(self) -> Tensor:
        """Room for the expert that is in use, as bytes."""
        return self._stored

    @contextmanager
    def bringing(self, experts: Sequence[ExpertParts]) -> Generator[Iterator[Tensor]]:
        """Bring experts from now on; the `with` block gets the slots in which they are, as bytes.

        What is launched on the device before the next one is asked for sees the slot. After the
        block nothing is read any more where the experts are at home.
        """
        assert self._native is not None, "nothing is reserved"
        self._native.begin(experts)
        try:
            yield self._taken(self._native, len(experts))
        finally:
            self._native.begin([])

    def _taken(self, native: _cuda.ExpertStream, count: int) -> Iterator[Tensor]:
        for _ in range(count):
            slot = native.take(self._gpu.stream)
            yield self._slots[slot]
            native.give_back(self._gpu.stream)
