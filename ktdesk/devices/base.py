# SPDX-License-Identifier: Apache-2.0
"""What the runtime asks of every device: allocate, capture, replay."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

import torch
from torch import Tensor


class Graph(Protocol):
    """Work captured once. It keeps every tensor it touches alive."""

    def replay(self) -> None:
        """Run the captured work again, on the same memory."""
        ...


class Device(Protocol):
    """A place where tensors live and work runs in the order of the calls."""

    def empty(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Return an uninitialised tensor. During a capture it lives as long as the graph."""
        ...

    def capture(self) -> AbstractContextManager[Graph]:
        """Record the work launched inside the `with` block instead of running it."""
        ...
