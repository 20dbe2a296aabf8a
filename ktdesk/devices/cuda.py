# SPDX-License-Identifier: Apache-2.0
"""A GPU as a device: a stream whose work can be captured into a CUDA graph."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable, Sequence
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
from ktdesk.devices.chunks import tokens_that_fit
from ktdesk.devices.cpu import CpuGraph
from ktdesk.devices.cuda_graph import CudaGraph
from ktdesk.devices.cuda_logits import CudaLogits
from ktdesk.devices.handoff import choose_backend
from ktdesk.errors import DeviceError, MemoryShortage
from ktdesk.formats.quant import Weight
from ktdesk.kernels.cuda_module import find_cards, load_cuda, memory_shortage, require_card
from ktdesk.kernels.gpu_tensors import gpu_address, gpu_tensor

if TYPE_CHECKING:
    from ktdesk import _cuda

log = logging.getLogger(__name__)

_devices: WeakSet[CudaDevice] = WeakSet()  # that are in use


@dataclass(frozen=True, slots=True)
class Handed:
    """What the CPU gets for its experts: x [T, D], ids int32 and weights [T, K]."""

    x: Tensor
    ids: Tensor
    weights: Tensor


class GpuStepInputs(StepInputs):
    """Step inputs that are written in the CPU's memory, and sent when a step begins.

    host: that of the same inputs on another card.
    """

    def __init__(self, tokens: int, device: CudaDevice, host: Tensor | None = None) -> None:
        if host is None:
            host = device.pinned(3, tokens, dtype=torch.int32)
        super().__init__(tokens, host)
        self._device, self._elsewhere = device, dict[CudaDevice, GpuStepInputs]()
        self._numbers = device.empty(3, tokens, dtype=torch.int32)
        self.tokens, self.positions, self.places = self._numbers

    def send(self) -> None:
        """Launch the copy of the numbers."""
        self._device.copy_inputs(self.host, self._numbers)

    def on(self, device: object) -> GpuStepInputs:
        """Return the same inputs for the kernels of another card."""
        if device is self._device:
            return self
        assert isinstance(device, CudaDevice)
        if device not in self._elsewhere:
            self._elsewhere[device] = GpuStepInputs(self.host.shape[1], device, self.host)
        return self._elsewhere[device]


class CudaDevice:
    """One card behind one stream. Not thread-safe: one caller at a time.

    All memory comes from an arena that keeps to the budget. What is freed may serve the next
    tensor at once, since all work runs in the order of the calls.
    capturing: the graph that its launches are recorded into. running: the one that was launched
    and has not been waited for.
    """

    def __init__(self, module: Any, ordinal: int, budget_bytes: int) -> None:
        self.module: Any = module
        self.arena: _cuda.Arena = module.Arena(ordinal, budget_bytes)
        self.stream: _cuda.Stream = module.Stream(self.arena)
        self.handoff_backend = "host_node"
        self.capturing: CudaGraph | None = None
        self.running: CudaGraph | None = None
        self._scratch = self._arrivals = torch.empty(0)
        _devices.add(self)

    def empty(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Return an uninitialised tensor. During a capture it lives as long as the graph.

        Raises MemoryShortage, which names the card.
        """
        size = _whole_reads(prod(shape) * dtype.itemsize)
        try:
            memory = self.arena.allocate(size)
        except MemoryShortage as error:
            raise self._shortage(error) from None
        return self._kept(gpu_tensor(memory, shape, dtype))

    def mapped(self, *shape: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """Return zeros in the CPU's memory: as kernels reach them, over the bus, and as the CPU."""
        memory = self.module.PinnedMemory(_whole_reads(prod(shape) * dtype.itemsize))
        on_cpu = torch.frombuffer(memory, dtype=dtype, count=prod(shape)).view(shape)
        return self._kept(gpu_tensor(memory, shape, dtype)), self._kept(on_cpu)

    def pinned(self, *shape: int, dtype: torch.dtype) -> Tensor:
        """Return zeros on the CPU, which copies reach without a detour."""
        return self.mapped(*shape, dtype=dtype)[1]

    def pin(self, values: NDArray[Any]) -> object | None:
        """Let copies reach values of the CPU without a detour, while what is returned lives.

        None if the system refuses: then copies from there are slower.
        """
        try:
            return self.module.PinnedInPlace(self.stream, values)
        except DeviceError as error:
            log.info("Weights are not pinned: %s", error)
            return None

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

    def chunk_tokens(self, token_bytes: int, spread: float) -> int:
        """Return how many tokens of a prompt had best be computed at a time: what fits now."""
        del spread
        return tokens_that_fit(self.arena.budget_bytes - self.arena.used_bytes, token_bytes)

    def step_inputs(self, tokens: int) -> GpuStepInputs:
        """Return the inputs of steps of so many tokens."""
        return GpuStepInputs(tokens, self)

    def logits(self, logits: Tensor) -> CudaLogits:
        """Launch what a sampler needs of the contiguous logits [T, V] of a step."""
        return CudaLogits(self, logits)

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

    def receive(self, x: Tensor, source: CudaDevice) -> Tensor:
        """Launch what brings a contiguous tensor of another card here, and return it.

        What is launched here from now on runs after it; a capture goes on on this card. It goes
        through the CPU's memory: desktop cards cannot reach each other's, and what passes between
        layers is small beside them, 29 KB a token of DeepSeek-V3.
        """
        graph = source.capturing
        if graph is None:
            source.stream.follow(self.stream)  # where the last arrival may still be read
            host = self._room_for_arrival(x)
        else:
            host = source.pinned(*x.shape, dtype=x.dtype)
        source.stream.copy_to_host(host.data_ptr(), gpu_address(x), x.nbytes)
        if graph is None:
            self.stream.follow(source.stream)
        else:
            graph.move(self)
        out = self.empty(*x.shape, dtype=x.dtype)
        self.stream.copy_to_device(gpu_address(out), host.data_ptr(), x.nbytes)
        return out

    def _room_for_arrival(self, x: Tensor) -> Tensor:
        if x.nbytes > self._arrivals.nbytes:
            self.synchronize()
            self._arrivals = self.pinned(x.nbytes, dtype=torch.uint8)
        return self._arrivals

    def zeros(self, *shape: int) -> Tensor:
        """Return float32 zeros."""
        tensor = self.empty(*shape)
        self.stream.fill(gpu_address(tensor), 0, tensor.nbytes)
        return tensor

    def copy(self, source: Tensor, target: Tensor) -> None:
        """Launch the copy of a contiguous tensor to another one of its size."""
        self.stream.copy(gpu_address(target), gpu_address(source), source.nbytes)

    def copy_rows(self, tensor: Tensor, source: int, target: int, count: int) -> None:
        """Launch the copy of rows of a contiguous matrix to another place in it.

        Where the two overlap, it goes in pieces that do not, from the end that is not written over.
        """
        piece = min(count, abs(target - source))
        starts = range(0, count, piece) if piece else range(0)
        for start in starts if target < source else reversed(starts):
            rows = slice(start, min(start + piece, count))
            self.copy(tensor[source:][rows], tensor[target:][rows])

    @property
    def is_capturing(self) -> bool:
        """Whether launches are recorded."""
        return self.capturing is not None

    def request(self, jobs: Sequence[tuple[CpuGraph, str]], sources: Handed, mapped: Handed) -> int:
        """Record: bring activations to the CPU, where graphs are replayed then, one after another.

        jobs: the graphs, with what errors call them. sources: tensors of this device. mapped: of
        their shapes, from `pinned`. Returns the number to `collect` the first one's result by. Of
        all that a step asks for, the last must be collected.
        """
        assert self.capturing is not None
        graphs = [(graph.native, name) for graph, name in jobs if graph.native is not None]
        assert len(graphs) == len(jobs)
        self.capturing.host_graphs.extend(graph for graph, _ in jobs)
        return self.capturing.handoff.request(
            self.stream,
            graphs,
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
        assert self.capturing is not None
        out = self.empty(*result.shape) if start is None else start
        self.capturing.handoff.wait(
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
        if self.running is None:
            self.stream.synchronize()
        else:
            self.running.finish()

    @contextmanager
    def capture(self) -> Generator[CudaGraph]:
        """Record the launches inside the `with` block. The graph can be replayed afterwards."""
        graph = CudaGraph(self)
        try:
            yield graph
        finally:
            graph.end()

    def _shortage(self, error: MemoryShortage) -> MemoryShortage:
        """Return a shortage that says on which card it is: the number is that of placements."""
        number = self.arena.device
        card = f"graphics card {number} ({self.module.facts().devices[number].name})"
        budget = self.arena.budget_bytes
        return memory_shortage(error.needed_bytes, error.available_bytes, budget, card)

    def _kept(self, tensor: Tensor) -> Tensor:
        if self.capturing is not None:
            self.capturing.tensors.append(tensor)
        return tensor


def _whole_reads(size_bytes: int) -> int:
    """Return the size with what kernels read beyond it: weights come 16 bytes at a time."""
    return max(1, -(-size_bytes // 16)) * 16


def open_gpu(budget_bytes: int, index: int = 0) -> CudaDevice:
    """Return a card. budget_bytes: what may be taken of its memory; 0 is all that is free.

    Raises DeviceError if there is none of that number that this build can use.
    """
    card, module = require_card(index), load_cuda()
    device, facts = CudaDevice(module, card.index, budget_bytes), module.facts()
    calibrate = partial(module.calibrate_handoff, device.stream)
    device.handoff_backend = choose_backend(card.name, facts.driver, calibrate)
    return device


def open_gpus(cards: Iterable[int], budget_bytes: int) -> dict[int, CudaDevice]:
    """Return the cards of these numbers, each with the same budget; see `open_gpu`."""
    return {index: open_gpu(budget_bytes, index) for index in cards}


def usable_bytes(budget_bytes: int) -> list[int]:
    """Return what may be taken of each card's memory; 0 of one that cannot be used."""
    try:
        cards = find_cards()
    except DeviceError:
        return []
    free = [0 if card.problem else card.free_bytes or 0 for card in cards]
    return [min(size, budget_bytes or size) for size in free]


def taken_bytes(card: int) -> int:
    """Return what this process has taken of a card's memory. From any thread."""
    arenas = [device.arena for device in _devices]
    return sum(arena.used_bytes for arena in arenas if arena.device == card)
