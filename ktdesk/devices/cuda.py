# SPDX-License-Identifier: Apache-2.0
"""A GPU as a device: a stream whose work can be captured into one CUDA graph."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import torch
from numpy.typing import NDArray
from torch import Tensor

from ktdesk.devices.buffers import StepInputs
from ktdesk.devices.chunks import chunk_tokens
from ktdesk.devices.cpu import CpuGraph
from ktdesk.devices.handoff import choose_backend
from ktdesk.errors import DeviceError
from ktdesk.formats.quant import Weight
from ktdesk.kernels.cuda_module import load_cuda, require_card
from ktdesk.kernels.gpu_tensors import gpu_address, gpu_tensor

if TYPE_CHECKING:
    from ktdesk import _cuda


_devices: WeakSet[CudaDevice] = WeakSet()  # that are in use
_PATIENCE_S = 60.0  # with the CPU's part of a layer, which may have to read it from a disk


@dataclass(frozen=True, slots=True)
class Handed:
    """What the CPU gets for its experts: x [T, D], ids int32 and weights [T, K]."""

    x: Tensor
    ids: Tensor
    weights: Tensor


class CudaGraph:
    """A captured step: one launch, the CPU's graphs inside it, and the tensors that they use."""

    def __init__(self, handoff: _cuda.Handoff, device: CudaDevice) -> None:
        self.handoff, self._device = handoff, device
        self.tensors: list[Tensor] = []
        self.host_graphs: list[CpuGraph] = []
        self.native: _cuda.Graph | None = None

    def replay(self) -> None:
        """Launch the work again. It does not wait."""
        assert self.native is not None, "the capture has not ended"
        self._device.begin(self.handoff)
        self.native.replay()


@dataclass(frozen=True, slots=True)
class CudaResult:
    """A copy in the CPU's memory, once the stream has come so far."""

    tensor: Tensor
    device: CudaDevice

    def get(self) -> Tensor:
        """Wait for all work launched so far; return the tensor, valid until its work runs again."""
        self.device.synchronize()
        return self.tensor


class GpuStepInputs(StepInputs):
    """Step inputs that are written in the CPU's memory, and sent when a step begins."""

    def __init__(self, tokens: int, device: CudaDevice) -> None:
        super().__init__(tokens, device.pinned(3, tokens, dtype=torch.int32))
        self._device = device
        self._numbers = device.empty(3, tokens, dtype=torch.int32)
        self.tokens, self.positions, self.places = self._numbers

    def send(self) -> None:
        """Launch the copy of the numbers."""
        self._device.copy_inputs(self.host, self._numbers)


class CudaDevice:
    """One card behind one stream. Not thread-safe: one caller at a time.

    All memory comes from an arena that keeps to the budget. What is freed may serve the next
    tensor at once, since all work runs in the order of the calls.
    """

    def __init__(self, module: Any, ordinal: int, budget_bytes: int) -> None:
        self.module: Any = module
        self.arena: _cuda.Arena = module.Arena(ordinal, budget_bytes)
        self.stream: _cuda.Stream = module.Stream(self.arena)
        self.handoff_backend = "host_node"
        self._capturing: CudaGraph | None = None
        self._running: _cuda.Handoff | None = None
        self._scratch = torch.empty(0)
        _devices.add(self)

    def empty(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Return an uninitialised tensor. During a capture it lives as long as the graph."""
        memory = self.arena.allocate(_whole_reads(prod(shape) * dtype.itemsize))
        return self._kept(gpu_tensor(memory, shape, dtype))

    def empty_pinned(self, *shape: int, dtype: torch.dtype) -> Tensor:
        """Return a tensor in the CPU's memory that kernels reach, at the speed of the bus."""
        memory = self.module.PinnedMemory(_whole_reads(prod(shape) * dtype.itemsize))
        return self._kept(gpu_tensor(memory, shape, dtype))

    def pinned(self, *shape: int, dtype: torch.dtype) -> Tensor:
        """Return zeros on the CPU, which copies reach without a detour."""
        memory = self.module.PinnedMemory(max(1, prod(shape) * dtype.itemsize))
        return self._kept(torch.frombuffer(memory, dtype=dtype, count=prod(shape)).view(shape))

    def scratch(self, *shape: int) -> Tensor:
        """Return room that all layers share; see `Device`."""
        if prod(shape) > self._scratch.numel():
            self._scratch = self.empty(prod(shape))
        return self._kept(self._scratch)[: prod(shape)].view(shape)

    def constant(self, values: Tensor) -> Tensor:
        """Return a copy of values of the CPU."""
        tensor = self.empty(*values.shape, dtype=values.dtype)
        self.write(tensor, values.contiguous().numpy())
        return tensor

    def form(self, weight: Weight, tokens: int) -> torch.dtype:
        """Return float32: kernels round activations as they read them, if at all."""
        del weight, tokens
        return torch.float32

    def activations(self, weight: Weight, x: Tensor, tokens: int) -> Tensor:
        """Return x."""
        del weight, tokens
        return x

    def room_for(self, weight: Weight, rows: int, tokens: int) -> Tensor:
        """Return room for activations [rows, D]."""
        del tokens
        return self.empty(rows, weight.columns)

    def attention_sections(self, tokens: int, heads: int, kv_heads: int) -> int:
        """Return into how many sections attention had best split the cache rows, at most."""
        return self.stream.attention_sections(tokens, heads, kv_heads)

    def chunk_tokens(self, token_bytes: int) -> int:
        """Return how many tokens of a prompt had best be computed at a time: what fits now."""
        return chunk_tokens(self.arena.budget_bytes - self.arena.used_bytes, token_bytes)

    def step_inputs(self, tokens: int) -> GpuStepInputs:
        """Return the inputs of steps of so many tokens."""
        return GpuStepInputs(tokens, self)

    def to_host(self, tensor: Tensor) -> CudaResult:
        """Launch the copy of a contiguous tensor to the CPU."""
        host = self.pinned(*tensor.shape, dtype=tensor.dtype)
        self.stream.copy_to_host(host.data_ptr(), gpu_address(tensor), host.nbytes)
        return CudaResult(host, self)

    def read(self, tensor: Tensor, host: Tensor | None = None) -> Tensor:
        """Return a copy on the CPU of a contiguous tensor, at once; in `host`, if given.

        From a few megabytes on, a copy to `pinned` memory is some times faster.
        """
        if host is None:
            host = torch.empty(tensor.shape, dtype=tensor.dtype)
        self.stream.copy_to_host(host.data_ptr(), gpu_address(tensor), host.nbytes)
        self.synchronize()
        return host

    def write(self, tensor: Tensor, values: NDArray[Any]) -> None:
        """Put values of the CPU into a contiguous tensor of their shape and type, at once."""
        assert values.flags.c_contiguous
        assert values.nbytes == tensor.nbytes
        self.stream.write(gpu_address(tensor), values.ctypes.data, values.nbytes)

    def copy_inputs(self, mapped: Tensor, numbers: Tensor) -> None:
        """Launch the copy of int32 numbers of `pinned` memory to this device."""
        self.module.copy_inputs(
            self.stream, mapped.data_ptr(), gpu_address(numbers), numbers.numel()
        )

    def zeros(self, *shape: int) -> Tensor:
        """Return float32 zeros."""
        tensor = self.empty(*shape)
        self.stream.fill(gpu_address(tensor), 0, tensor.nbytes)
        return tensor

    def copy(self, source: Tensor, target: Tensor) -> None:
        """Launch the copy of a contiguous tensor to another one of its size."""
        self.stream.copy(gpu_address(target), gpu_address(source), source.nbytes)

    @property
    def is_capturing(self) -> bool:
        """Whether launches are recorded."""
        return self._capturing is not None

    def request(self, graph: CpuGraph, name: str, sources: Handed, mapped: Handed) -> int:
        """Record: bring activations to the CPU, where the graph is replayed then.

        sources: tensors of this device. mapped: of their shapes, from `pinned`.
        name: what errors call it. Returns the number to `collect` its result by.
        """
        assert self._capturing is not None
        assert graph.native is not None
        self._capturing.host_graphs.append(graph)
        return self._capturing.handoff.request(
            self.stream,
            graph.native,
            name,
            gpu_address(sources.x),
            gpu_address(sources.ids),
            gpu_address(sources.weights),
            mapped.x.data_ptr(),
            mapped.ids.data_ptr(),
            mapped.weights.data_ptr(),
            sources.x.numel(),
            sources.ids.numel(),
        )

    def collect(self, number: int, result: Tensor, start: Tensor | None) -> Tensor:
        """Record: wait for a request's result [T, D], of `pinned`; return start + result."""
        assert self._capturing is not None
        out = self.empty(*result.shape) if start is None else start
        self._capturing.handoff.wait(
            self.stream,
            number,
            result.data_ptr(),
            0 if start is None else gpu_address(start),
            gpu_address(out),
            result.numel(),
        )
        return out

    def synchronize(self) -> None:
        """Wait for all work launched so far. Raises DeviceError if some of it failed."""
        running, self._running = self._running, None
        if running is None:
            self.stream.synchronize()
        else:
            running.finish_step()

    def begin(self, handoff: _cuda.Handoff) -> None:
        """Get ready for a graph with these hand-offs, once the last one has ended."""
        if self._running is not None:
            self.synchronize()
        handoff.begin_step()
        self._running = handoff

    @contextmanager
    def capture(self) -> Generator[CudaGraph]:
        """Record the launches inside the `with` block. The graph can be replayed afterwards."""
        graph = CudaGraph(self.module.Handoff(self.stream, self.handoff_backend, _PATIENCE_S), self)
        self.stream.begin_capture()
        self._capturing = graph
        try:
            yield graph
        finally:
            self._capturing = None
            graph.native = self.stream.end_capture()

    def _kept(self, tensor: Tensor) -> Tensor:
        if self._capturing is not None:
            self._capturing.tensors.append(tensor)
        return tensor


def _whole_reads(size_bytes: int) -> int:
    """Return the size with what kernels read beyond it: weights come 16 bytes at a time."""
    return max(1, -(-size_bytes // 16)) * 16


def open_gpu(budget_bytes: int) -> CudaDevice:
    """Return the first card. budget_bytes: what may be taken of its memory; 0 is all that is free.

    Raises DeviceError if there is none that this build can use.
    """
    card, module = require_card(0), load_cuda()
    device, facts = CudaDevice(module, card.index, budget_bytes), module.facts()
    calibrate = partial(module.calibrate_handoff, device.stream)
    device.handoff_backend = choose_backend(card.name, facts.driver, calibrate)
    return device


def usable_bytes(budget_bytes: int) -> int:
    """Return what `open_gpu` may take of the card's memory; 0 without a card that can be used."""
    try:
        free = require_card(0).free_bytes or 0
    except DeviceError:
        return 0
    return min(free, budget_bytes) if budget_bytes else free


def taken_bytes(card: int) -> int:
    """Return what this process has taken of a card's memory. From any thread."""
    arenas = [device.arena for device in _devices]
    return sum(arena.used_bytes for arena in arenas if arena.device == card)
