# SPDX-License-Identifier: Apache-2.0
"""Memory for weights: for copies that are laid anew, and for parts of mapped files."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ktdesk import _native
from ktdesk._native import Memory, Stream
from ktdesk.errors import KernelError, MemoryShortage
from ktdesk.formats.quant import Weight
from ktdesk.hardware import available_memory_bytes
from ktdesk.kernels.checks import check, check_stored


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


def read_experts(stream: Stream, weight: Weight, plan: Tensor) -> None:
    """Launch the fetching of the matrices that the plan uses from the mapped file.

    weight: [E, N, D], a view of the file. plan: as for `expert_linear`. Waits for nothing.
    """
    experts = weight.shape[0]
    address, _ = check_stored(stream, weight)[:2]
    _native.read_experts(
        stream,
        address,
        weight.data.nbytes // experts,
        check(stream, "plan", plan, (None,), torch.int32),
        experts,
    )
