# SPDX-License-Identifier: Apache-2.0
"""Memory for weights that are laid anew: in huge pages where the system grants them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktdesk._native import Memory
from ktdesk.errors import MemoryShortage
from ktdesk.hardware import available_memory_bytes

_PROBE_BYTES = 2 << 20  # one huge page


def allocate(size_bytes: int) -> NDArray[np.uint8]:
    """Return writable zeros [size_bytes] from a 2 MiB boundary; they go with the last view.

    They cost memory only as they are written, so a plan must count what all of them will take.
    Raises MemoryShortage if the system refuses, ValueError for less than one byte.
    """
    try:
        return np.frombuffer(memoryview(Memory(size_bytes)), np.uint8)
    except MemoryError as error:
        raise MemoryShortage(
            "the CPU",
            size_bytes,
            available_memory_bytes(),
            hint="Close other programs, or choose a smaller model.",
        ) from error


def grants_huge_pages() -> bool:
    """Whether the system gives this process huge pages: tries it with one."""
    memory = Memory(_PROBE_BYTES)
    memoryview(memory)[0] = 1
    return memory.huge_bytes > 0
