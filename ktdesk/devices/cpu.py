# SPDX-License-Identifier: Apache-2.0
"""The CPU as a device: a native stream over a pool of threads, whose work can be captured."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from math import prod
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ktdesk.devices.buffers import StepInputs
from ktdesk.devices.chunks import tokens_that_fill
from ktdesk.devices.logits import TokenLogits
from ktdesk.devices.workspace import Workspace
from ktdesk.errors import Cancelled
from ktdesk.formats.quant import Weight
from ktdesk.kernels import cpu, native
from ktdesk.kernels.activations import activation_type, bf16_pitch, q8_bytes
from ktdesk.kernels.attention import attention_sections
from ktdesk.kernels.streams import Flag, Graph, open_stream


class CpuGraph:
    """Launches captured from a stream, and the tensors that they use."""

    def __init__(self) -> None:
        self.tensors: list[Tensor] = []
        self.native: Graph | None = None

    def replay(self) -> None:
        """Run every launch again, in order, in one native call that does not hold the GIL."""
        assert self.native is not None, "the capture has not ended"
        self.native.replay()


class CpuLogits:
    """The logits [T, V] of a step, where the sampler reads them."""

    def __init__(self, logits: Tensor) -> None:
        self._each = [TokenLogits.at_hand(row) for row in logits]

    def get(self) -> list[TokenLogits]:
        """Return those of each token."""
        return self._each


class CpuDevice:
    """All cores of this machine, behind one stream. Not thread-safe: one caller at a time."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.stream = open_stream(threads)
        self._workspace = Workspace()
        self._capturing: CpuGraph | None = None
        self._scratch = torch.empty(0)
        self._heeded: Flag | None = None

    @contextmanager
    def heeding(self, flag: Flag | None) -> Generator[None]:
        """Leave the `with` block early once a flag is set: Cancelled, at its end at the latest.

        What was to be written inside it is undefined then, also to kernels, which do no more: only
        who computes on it without them has to `check_left` before. None is never set.
        """
        self._heeded = flag
        self.stream.heed(flag)
        try:
            yield
            self.check_left()
        finally:
            self.stream.heed(None)
            self._heeded = None

    def check_left(self) -> None:
        """Raise Cancelled if the heeded flag is set."""
        if self._heeded and self._heeded.is_set():
            raise Cancelled

    def empty(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Return an uninitialised tensor. During a capture it lives as long as the graph."""
        tensor = self._workspace.empty(*shape, dtype=dtype)
        if self._capturing is not None:
            self._capturing.tensors.append(tensor)
        return tensor

    def scratch(self, *shape: int) -> Tensor:
        """Return room that all layers share; see `Device`."""
        if prod(shape) > self._scratch.numel():
            self._scratch = self.empty(prod(shape))
        elif self._capturing is not None:
            self._capturing.tensors.append(self._scratch)
        return self._scratch[: prod(shape)].view(shape)

    def constant(self, values: Tensor) -> Tensor:
        """Return the values themselves."""
        if self._capturing is not None:
            self._capturing.tensors.append(values)
        return values

    def form(self, weight: Weight, tokens: int) -> torch.dtype:
        """Return the type of activations of which so many tokens best meet each matrix."""
        return activation_type(self.stream, weight, tokens)

    def activations(self, weight: Weight, x: Tensor, tokens: int) -> Tensor:
        """Return x [T, .., D] in that form; x itself if it has it."""
        match self.form(weight, tokens):
            case torch.bfloat16:
                rounded = self._empty_bf16(*x.shape)
                native.to_bf16(self.stream, x, rounded)
                return rounded
            case torch.uint8:
                blocks = self._empty_q8(*x.shape)
                cpu.quantize(self.stream, x, blocks)
                return blocks
            case _:
                return x

    def room_for(self, weight: Weight, rows: int, tokens: int) -> Tensor:
        """Return room for activations [rows, D] in that form."""
        match self.form(weight, tokens):
            case torch.bfloat16:
                return self._empty_bf16(rows, weight.columns)
            case torch.uint8:
                return self._empty_q8(rows, weight.columns)
            case _:
                return self.empty(rows, weight.columns)

    def _empty_q8(self, *shape: int) -> Tensor:
        """Return room for activations of this shape as int8 blocks: uint8 [..., q8_bytes]."""
        return self.empty(*shape[:-1], q8_bytes(shape[-1]), dtype=torch.uint8)

    def _empty_bf16(self, *shape: int) -> Tensor:
        """Return room for activations of this shape [T, ..] in bfloat16, a pitch between tokens."""
        values = prod(shape[1:])
        rows = self.empty(shape[0], bf16_pitch(values), dtype=torch.bfloat16)
        return torch.unflatten(rows[:, :values], 1, shape[1:])

    def attention_sections(self, tokens: int, heads: int, kv_heads: int) -> int:
        """Return into how many sections attention had best split the cache rows, at most."""
        return attention_sections(tokens, heads, kv_heads)

    def chunk_tokens(self, token_bytes: int, spread: float) -> int:
        """Return how many tokens of a prompt had best be computed at a time."""
        del token_bytes
        return tokens_that_fill(spread)

    def step_inputs(self, tokens: int) -> StepInputs:
        """Return the inputs of steps of so many tokens."""
        return StepInputs(tokens)

    def logits(self, logits: Tensor) -> CpuLogits:
        """Return the logits [T, V] of a step, which are there."""
        return CpuLogits(logits)

    def read(self, tensor: Tensor) -> Tensor:
        """Return the tensor itself."""
        return tensor

    def write(self, tensor: Tensor, values: NDArray[Any]) -> None:
        """Copy values into the tensor."""
        np.copyto(tensor.numpy(), values)

    def copy_rows(self, tensor: Tensor, source: int, target: int, count: int) -> None:
        """Copy rows of a matrix to another place in it; the two may overlap."""
        rows = tensor.numpy()
        rows[target : target + count] = rows[source : source + count]  # numpy sees to overlaps

    @property
    def is_capturing(self) -> bool:
        """Whether launches are recorded."""
        return self._capturing is not None

    def synchronize(self) -> None:
        """Return: work has run when its launch returns."""

    @contextmanager
    def capture(self) -> Generator[CpuGraph]:
        """Record the launches inside the `with` block. The graph can be replayed afterwards."""
        graph = CpuGraph()
        self.stream.begin_capture()
        self._capturing = graph
        try:
            yield graph
        finally:
            self._capturing = None
            graph.native = self.stream.end_capture()
