# SPDX-License-Identifier: Apache-2.0
"""Memory for activations that is used again: the system clears what it gives, page by page."""

from __future__ import annotations

import weakref
from collections import defaultdict
from math import prod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

# Below this, an allocator keeps what is freed, and asks the system for none.
_LEAST_BYTES = 64 << 10


class Workspace:
    """Tensors whose memory, when the last view of it goes, serves the next one of about its size.

    What was needed at a time is kept as long as the workspace. Not thread-safe.
    """

    def __init__(self) -> None:
        self._free: defaultdict[int, list[NDArray[np.uint8]]] = defaultdict(list)

    def empty(self, *shape: int, dtype: torch.dtype) -> Tensor:
        """Return an uninitialised tensor. Raises MemoryError."""
        size = prod(shape) * dtype.itemsize
        if size < _LEAST_BYTES:
            return torch.empty(shape, dtype=dtype)
        room = self._take(size)
        lease = room[:size]
        # The tensor keeps this very array, and nobody else does.
        weakref.finalize(lease, self._free[len(room)].append, room).atexit = False
        return torch.as_tensor(lease).view(dtype).view(shape)

    def _take(self, size: int) -> NDArray[np.uint8]:
        """Return at least so many bytes, at most a quarter more: four sizes per doubling."""
        step = 1 << max(0, size.bit_length() - 3)
        rounded = -(-size // step) * step
        free = self._free[rounded]
        return free.pop() if free else np.empty(rounded, np.uint8)
