# SPDX-License-Identifier: Apache-2.0
"""The CPU as a device: a native stream over a pool of threads, whose work can be captured."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from math import prod

import torch
from torch import Tensor

from ktdesk.devices.workspace import Workspace
from ktdesk.kernels.activations import bf16_pitch, q8_bytes
from ktdesk.kernels.streams import Graph, open_stream


class CpuGraph:
    """Launches captured from a stream, and the tensors that they use."""

    def __init__(self) -> None:
        self.tensors: list[Tensor] = []
        self.native: Graph | None = None

    def replay(self) -> None:
        """Run every launch again, in order, in one native call that does not hold the GIL."""
        assert self.native is not None, "the capture has not ended"
        self.native.replay()


class CpuDevice:
    """All cores of this machine, behind one stream. Not thread-safe: one caller at a time."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.stream = open_stream(threads)
        self._workspace = Workspace()
        self._capturing: CpuGraph | None = None
        self._scratch = torch.empty(0)

    def empty(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Return an uninitialised tensor. During a capture it lives as long as the graph."""
        tensor = self._workspace.empty(*shape, dtype=dtype)
        if self._capturing is not None:
            self._capturing.tensors.append(tensor)
        return tensor

    def empty_q8(self, *shape: int) -> Tensor:
        """Return room for activations of this shape as int8 blocks: uint8 [..., q8_bytes]."""
        return self.empty(*shape[:-1], q8_bytes(shape[-1]), dtype=torch.uint8)

    def empty_bf16(self, *shape: int) -> Tensor:
        """Return room for activations of this shape [T, ..] in bfloat16, a pitch between tokens."""
        values = prod(shape[1:])
        rows = self.empty(shape[0], bf16_pitch(values), dtype=torch.bfloat16)
        return torch.unflatten(rows[:, :values], 1, shape[1:])

    def scratch(self, *shape: int) -> Tensor:
        """Return room for what an operator needs only until its next launches have run.

        Every call returns the same memory: the layers of a model share it.
        """
        if prod(shape) > self._scratch.numel():
            self._scratch = self.empty(prod(shape))
        elif self._capturing is not None:
            self._capturing.tensors.append(self._scratch)
        return self._scratch[: prod(shape)].view(shape)

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
