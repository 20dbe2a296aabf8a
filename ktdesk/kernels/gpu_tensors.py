# SPDX-License-Identifier: Apache-2.0
"""Tensors in a GPU's memory, without a torch that knows of GPUs.

They are torch's *meta* tensors: shapes and strides without memory. So all views of torch work on
them, and nothing can read or write them by accident; kernels find their memory by the storage,
which a tensor shares with its views.
"""

from __future__ import annotations

from math import prod
from typing import Protocol

import torch
from torch import Tensor

from ktdesk.errors import KernelError


class Memory(Protocol):
    """Bytes of a GPU, that go with the object."""

    @property
    def address(self) -> int:
        """Where they begin."""
        ...


def gpu_tensor(memory: Memory, shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    """Return a contiguous tensor over the beginning of the memory, which lives as long as views."""
    tensor = torch.empty(prod(shape), dtype=dtype, device="meta")
    vars(tensor.untyped_storage())["memory"] = memory
    return tensor.view(shape)


def gpu_address(tensor: Tensor) -> int:
    """Return where the first element lies. Raises KernelError for a tensor without memory."""
    memory: Memory | None = vars(tensor.untyped_storage()).get("memory")
    if memory is None:
        raise KernelError("A tensor has no memory.", hint="This is a fault of KTDesk: report it.")
    return memory.address + int(tensor.storage_offset()) * tensor.itemsize
