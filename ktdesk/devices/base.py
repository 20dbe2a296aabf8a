# SPDX-License-Identifier: Apache-2.0
"""What operators and the runtime ask of every device: allocate, launch, capture, replay."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

import torch
from numpy.typing import NDArray
from torch import Tensor

from ktdesk.devices.buffers import StepInputs
from ktdesk.devices.logits import TokenLogits
from ktdesk.formats.quant import Weight

if TYPE_CHECKING:
    from ktdesk.kernels.launches import Stream


class Graph(Protocol):
    """Work captured once. It keeps every tensor it touches alive."""

    def replay(self) -> None:
        """Run the captured work again, on the same memory."""
        ...


class StepLogits(Protocol):
    """The logits of a step that was launched."""

    def get(self) -> Sequence[TokenLogits]:
        """Wait for all work launched so far; return what each token's are, until it runs again."""
        ...


class Memory(Protocol):
    """A place where tensors live. One caller at a time."""

    def empty(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Return an uninitialised tensor. During a capture it lives as long as the graph."""
        ...

    def constant(self, values: Tensor) -> Tensor:
        """Return values of the CPU on this device, for reading. They live like those of `empty`."""
        ...

    def read(self, tensor: Tensor) -> Tensor:
        """Return a contiguous tensor's values on the CPU, at once."""
        ...

    def write(self, tensor: Tensor, values: NDArray[Any]) -> None:
        """Put values of the CPU into a contiguous tensor of their shape and type, at once."""
        ...

    def copy_rows(self, tensor: Tensor, source: int, target: int, count: int) -> None:
        """Launch the copy of a matrix's rows to another place in it; the two may overlap."""
        ...


class Device(Memory, Protocol):
    """Memory where work runs in the order of the calls. One caller at a time."""

    @property
    def stream(self) -> Stream:
        """What kernels are launched on."""
        ...

    def scratch(self, *shape: int) -> Tensor:
        """Return room for what an operator needs only until its next launches have run.

        Every call returns the same memory: the layers of a model share it.
        """
        ...

    def form(self, weight: Weight, tokens: int) -> torch.dtype:
        """Return the type of activations of which so many tokens best meet each matrix."""
        ...

    def activations(self, weight: Weight, x: Tensor, tokens: int) -> Tensor:
        """Return x [T, .., D] in that form; x itself if it has it."""
        ...

    def room_for(self, weight: Weight, rows: int, tokens: int) -> Tensor:
        """Return room for activations [rows, D] in that form."""
        ...

    def attention_sections(self, tokens: int, heads: int, kv_heads: int) -> int:
        """Return into how many sections a call of attention had best split the rows, at most."""
        ...

    def chunk_tokens(self, token_bytes: int, spread: float) -> int:
        """Return how many tokens of a prompt had best be computed at a time.

        token_bytes: what each takes of this device's memory meanwhile, about. spread: how many
        tokens choose each expert once, on average; 1 without experts.
        """
        ...

    def step_inputs(self, tokens: int) -> StepInputs:
        """Return the inputs of steps of so many tokens."""
        ...

    def logits(self, logits: Tensor) -> StepLogits:
        """Launch what a sampler needs of the contiguous logits [T, V] of a step."""
        ...

    @property
    def is_capturing(self) -> bool:
        """Whether launches are recorded."""
        ...

    def synchronize(self) -> None:
        """Wait for all work launched so far."""
        ...

    def capture(self) -> AbstractContextManager[Graph]:
        """Record the work launched inside the `with` block instead of running it."""
        ...
