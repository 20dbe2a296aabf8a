# SPDX-License-Identifier: Apache-2.0
"""A device of torch's own, for operators in plain torch: the CPU, or a card torch has CUDA for.

Its memory on a card is torch's, beside that of `CudaDevice` and not counted in its budget.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import torch
from numpy.typing import NDArray
from torch import Tensor

from ktdesk.errors import DeviceError
from ktdesk.hardware import available_memory_bytes

Kind = Literal["cpu", "cuda"]
KINDS: tuple[Kind, ...] = ("cpu", "cuda")

_LESS = "Let plain torch have fewer modules there, or choose a shorter context."


def torch_device(kind: Kind, card: int) -> torch.device:
    """Return torch's name of the CPU, or of a card."""
    return torch.device(kind) if kind == "cpu" else torch.device(kind, card)


def problem_of(where: torch.device) -> str:
    """Return why torch cannot compute there, as the end of a sentence; empty if it can."""
    if where.type == "cpu":
        return ""
    if not torch.backends.cuda.is_built():
        return f"this torch ({torch.__version__}) is built without CUDA"
    cards = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if (where.index or 0) >= cards:
        return f"torch finds {cards or 'no'} card{'s' * (cards > 1)} that it can use"
    return ""


def free_bytes(where: torch.device) -> int:
    """Return how much memory is free there."""
    return available_memory_bytes() if where.type == "cpu" else torch.cuda.mem_get_info(where)[0]


@contextmanager
def shortages_told(where: torch.device) -> Generator[None]:
    """Raise DeviceError where torch finds no memory on a card inside the `with` block."""
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise DeviceError(f"Torch finds no more memory on {where}: {error}", hint=_LESS) from error


@dataclass(frozen=True, slots=True)
class TorchDevice:
    """Memory of torch, `where` it is: for weights and caches; see `Memory`."""

    where: torch.device

    def empty(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Return an uninitialised tensor."""
        with shortages_told(self.where):
            return torch.empty(shape, dtype=dtype, device=self.where)

    def constant(self, values: Tensor) -> Tensor:
        """Return values of the CPU there: on the CPU themselves."""
        with shortages_told(self.where):
            return values.to(self.where)

    def read(self, tensor: Tensor) -> Tensor:
        """Return a tensor's values on the CPU: there the tensor itself."""
        return tensor.cpu()

    def write(self, tensor: Tensor, values: NDArray[Any]) -> None:
        """Put values of the CPU into a tensor of their shape and type, at once."""
        tensor.copy_(torch.tensor(values))

    def copy_rows(self, tensor: Tensor, source: int, target: int, count: int) -> None:
        """Copy rows of a matrix to another place in it; the two may overlap."""
        tensor[target : target + count] = tensor[source : source + count].clone()
