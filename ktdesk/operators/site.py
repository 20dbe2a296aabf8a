# SPDX-License-Identifier: Apache-2.0
"""`Site`: the place where an operator is built, and what it may ask for there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from ktdesk.devices.base import Device, Memory
from ktdesk.devices.cpu import CpuDevice
from ktdesk.devices.cuda import CudaDevice
from ktdesk.devices.torch_device import TorchDevice
from ktdesk.errors import MemoryShortage, ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.formats.quant import Layout, Weight, WeightType
from ktdesk.kernels.cache_types import CacheType
from ktdesk.kernels.cpu import interleave, interleaved_bytes
from ktdesk.kernels.memory import allocate, place_rows
from ktdesk.operators.base import Slot
from ktdesk.operators.deferral import Deferral
from ktdesk.operators.expert_use import ExpertUse
from ktdesk.operators.quantization import check_fits, target_type
from ktdesk.operators.reader import Reader
from ktdesk.operators.registry import GPU_VARIANTS, TORCH_VARIANT
from ktdesk.operators.resident import runs
from ktdesk.operators.streaming import Streaming

S = TypeVar("S", bound=Slot)


@dataclass(frozen=True, slots=True)
class Cache:
    """Rows of a cache, by position, and where they are."""

    rows: Tensor
    device: Memory


@dataclass
class Resources:
    """What the operators of one model share.

    `used` collects the names of the tensors they took, `caches` what `Site.cache` gave them, in
    this order. gpus: by number, those that the plan names. cards: the number of the card of each
    slot, by its path; 0 where it says nothing.
    """

    checkpoint: Checkpoint
    cpu: CpuDevice
    context_tokens: int
    cache_type: CacheType
    copied: frozenset[str] = frozenset()  # tensors whose rows are copied and interleaved
    reads_ahead: bool = False  # the file is larger than the memory left for it
    gpus: dict[int, CudaDevice] = field(default_factory=dict[int, CudaDevice])
    cards: Mapping[str, int] = field(default_factory=dict[str, int])
    used: set[str] = field(default_factory=set[str])
    caches: list[Cache] = field(default_factory=list[Cache])
    deferral: Deferral = field(default_factory=Deferral)
    expert_use: ExpertUse = field(default_factory=ExpertUse)
    reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = Reader(self.checkpoint, self.cpu.stream)

        self.streaming: dict[int, Streaming] = {}  # by card

    def device_on(self, card: int) -> Device:
        """Return a card, or the CPU where no card is used."""
        return self.gpus[card] if self.gpus else self.cpu


@dataclass(frozen=True)
class Site:
    """A path in a model, and the means to fill it.

    fill: builds the operator of a slot (kind of slot, its site, its spec). torch: the device of an
    operator in plain torch.
    """

    path: str
    resources: Resources
    fill: Callable[[type[Slot], Site, object], Slot]
    variant: str = ""  # of the operator that is being built here
    quantization: WeightType | None = None  # of matrices; None is what the file has
    card: int | None = None  # whatever the placement says
    torch: TorchDevice | None = None

    @property
    def device(self) -> Device:
        """The device that takes and leaves this site's activations."""
        if self.variant == TORCH_VARIANT:
            return self.resources.device_on(self._card)
        return self._gpu or self.resources.cpu

    @property
    def memory(self) -> Memory:
        """Where this site's values and caches are."""
        return self.torch or self.device

    @property
    def _gpu(self) -> CudaDevice | None:
        """The GPU, if this site is on one."""
        return self.resources.gpus[self._card] if self.variant in GPU_VARIANTS else None

    @property
    def _card(self) -> int:
        return self._card_at(self.path)

    def _card_at(self, path: str) -> int:
        return self.resources.cards.get(path, 0) if self.card is None else self.card

    def card_of(self, name: str) -> int:
        """Return the number of the card of a slot of this site."""
        return self._card_at(self.at(name).path)

    def on_card(self, card: int) -> Site:
        """Return the same site for operators of which each card has its own."""
        return replace(self, card=card)

    @property
    def streaming(self) -> Streaming:
        """What experts on the CPU share for prompts on this site's GPU."""
        shared, gpu = self.resources.streaming, self._gpu
        assert gpu is not None
        if self._card not in shared:
            shared[self._card] = Streaming(gpu, self.resources.cpu.threads)
        return shared[self._card]

    @property
    def on_cpu(self) -> Site:
        """The same site, for an operator that works on the CPU for a GPU's one."""
        return replace(self, variant="cpu")

    def quantized(self, name: str | None) -> Site:
        """Return the same site, whose matrices are made anew as the type of that name, if any."""
        return replace(self, quantization=target_type(name)) if name is not None else self

    def at(self, name: str | int) -> Site:
        """Return the site of a part of this one."""
        path = f"{self.path}.{name}" if self.path else str(name)
        return replace(self, path=path)

    def make(self, name: str, slot: type[S], spec: object) -> S:
        """Return the operator that the placement puts into the slot `name` of this site."""
        operator = self.fill(slot, self.at(name), spec)
        assert isinstance(operator, slot)
        return operator

    def has(self, name: str) -> bool:
        """Whether the model file has a tensor of that name."""
        return name in self.resources.checkpoint.tensors

    def name_if_there(self, name: str) -> str:
        """Return the name if the model file has such a tensor, else an empty one."""
        return name if self.has(name) else ""

    def weight(self, name: str, *shape: int) -> Weight:
        """Return a tensor of the model file. Raises ModelFileError if its shape is not `shape`.

        Files may leave out the slowest dimensions if they are one, or have more of those.
        """
        weight = self.resources.checkpoint.weight(name)
        self.resources.used.add(name)
        if weight.shape != shape and _without_ones(weight.shape) == _without_ones(shape):
            weight = replace(weight, shape=shape)
        if weight.shape != shape:
            raise ModelFileError(
                self.resources.checkpoint.path,
                f"The tensor {name} has the shape {list(weight.shape)}, "
                f"but the model's numbers ask for {list(shape)}.",
                hint="The file is damaged, or made for another program. Fetch it again.",
            )
        return weight

    def matrix(self, name: str, *shape: int, only: Sequence[int] = ()) -> Weight:
        """Return a tensor of the model file to multiply by. Raises ModelFileError like `weight`.

        shape: [rows, columns], or [E, rows, columns] for matrices of which a loop takes some. only:
        of E, those that will be used, if not all: the others are not read, and take no memory. On
        a GPU just those are there; on the CPU each keeps its number.
        """
        return self.placed(self.weight(name, *shape), matrices=prod(shape[:-2]), only=only)

    def placed(self, weight: Weight, matrices: int = 1, only: Sequence[int] = ()) -> Weight:
        """Return a tensor or a part of one where it is at home: as it is, or a copy in memory.

        On a GPU it is always a copy there, and so is one in another type. matrices: over whose
        rows, of each one, loops go; the copy's memory is placed accordingly. only: as for `matrix`.
        Raises MemoryShortage if the memory cannot be had, PlacementError if the type does not fit.
        """
        copy = self._as_type(weight)
        of_each = weight.rows // matrices
        parts = [range(run[0] * of_each, (run[-1] + 1) * of_each) for run in runs(only)]
        if gpu := self._gpu:
            if only:
                copy = replace(copy, shape=(len(only), *copy.shape[1:]))
            room = gpu.empty(copy.rows, copy.type.row_bytes(weight.columns), dtype=torch.uint8)
            return self._on_gpu(weight, copy, room, parts)
        size = interleaved_bytes(copy) if weight.name in self.resources.copied else 0
        if size:
            copy = replace(copy, layout=Layout.INTERLEAVED)
        elif copy.type is weight.type:
            return weight
        size = size or weight.rows * copy.type.row_bytes(weight.columns)
        room = allocate(size).reshape(weight.rows, -1)
        stream = self.resources.cpu.stream
        for rows in parts or [range(weight.rows)]:
            place_rows(stream, room[rows.start : rows.stop].reshape(-1, of_each, room.shape[1]))
        for part, some in self.resources.reader.read_as(weight, copy.type, parts):
            if copy.layout is Layout.INTERLEAVED:
                interleave(stream, some, room[part])
            else:
                np.copyto(room[part], some.blocks)
        return replace(copy, data=room)

    def rows(self, name: str, *shape: int) -> Weight:
        """Return a tensor of which a step reads a few rows. Raises ModelFileError like `weight`.

        For a GPU it stays in the CPU's memory, which kernels reach.
        """
        weight, gpu = self.weight(name, *shape), self._gpu
        if gpu is None:
            return weight
        room = gpu.mapped(*weight.blocks.shape, dtype=torch.uint8)[0]
        return self._on_gpu(weight, weight, room)

    def made(self, weight: Weight) -> Weight:
        """Return a weight that was made of others, where this site's kernels reach it."""
        weight = self.resources.reader.remake(weight, self._as_type(weight).type)
        gpu = self._gpu
        if gpu is None:
            return weight
        room = gpu.empty(*weight.blocks.shape, dtype=torch.uint8)
        gpu.write(room, weight.blocks)
        return replace(weight, data=room)

    def _as_type(self, weight: Weight) -> Weight:
        """Return what a weight is to become, with the data that it has now."""
        kind = self.quantization or weight.type
        check_fits(weight.name, weight.columns, kind)
        return replace(weight, type=kind)

    def _on_gpu(
        self, weight: Weight, copy: Weight, room: Tensor, parts: Sequence[range] = ()
    ) -> Weight:
        done = 0
        for _, some in self.resources.reader.read_as(weight, copy.type, parts):
            self.device.write(room[done : done + some.rows], some.blocks)
            done += some.rows
        return replace(copy, data=room)

    def values(self, name: str, *shape: int, only: Sequence[int] = ()) -> Tensor:
        """Return a tensor of the model file as float32, copied out of the file.

        only: as for `matrix`.
        """
        values = self.weight(name, *shape).dequantize()
        if only and self._gpu:
            values = values[list(only)]
        return self.memory.constant(torch.as_tensor(values))

    def floats(self, weight: Weight) -> Tensor:
        """Return a tensor of the model file, or a part of one, as float32."""
        return self.memory.constant(torch.as_tensor(weight.dequantize()))

    def cache(self, width: int) -> Tensor:
        """Return room for `width` values per token of the context: [context, width].

        Row p must hold what is kept of the token at position p, and nothing else: rows are saved,
        and put back, by position.
        """
        rows, kind = self.resources.context_tokens, self.resources.cache_type
        try:
            room = self.memory.empty(rows, kind.elements(width), dtype=kind.dtype)
        except MemoryError as error:
            raise MemoryShortage(
                "the CPU", rows * kind.row_bytes(width), 0, hint="Choose a shorter context."
            ) from error
        self.resources.caches.append(Cache(room, self.memory))
        return room


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape without leading dimensions of one."""
    first = next((i for i, size in enumerate(shape[:-1]) if size != 1), len(shape) - 1)
    return shape[first:]
