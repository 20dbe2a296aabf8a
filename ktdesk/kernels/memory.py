# SPDX-License-Identifier: Apache-2.0
"""Memory for weights that are laid anew: in huge pages where the system grants them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktdesk import _native
from ktdesk._native import Memory, Stream
from ktdesk.errors import KernelError, MemoryShortage
from ktdesk.hardware import available_memory_bytes


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
            hint="Close other programs, or load with mapped weights.",
        ) from error


def place_rows(stream: Stream, rows: NDArray[np.uint8]) -> None:
    """Take the memory of matrices [matrices, rows, row bytes] from the nodes that will read it.

    Of each matrix, a node gets the rows that its threads compute. To be called before the rows are
    written, which it fills with zeros; on a machine of one node it does nothing.
    Raises KernelError if `rows` is not writable, or its bytes do not follow each other.
    """
    if not (rows.ndim == 3 and rows.flags.c_contiguous and rows.flags.writeable):
        raise KernelError("Only matrices whose bytes follow each other can be placed.")
    _native.place_rows(stream, rows.ctypes.data, *rows.shape)
