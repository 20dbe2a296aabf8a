# SPDX-License-Identifier: Apache-2.0
"""`Site`: the place where an operator is built, and what it may ask for there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import prod
from typing import TypeVar

import torch
from torch import Tensor

from ktdesk.devices.cpu import CpuDevice
from ktdesk.errors import MemoryShortage, ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.formats.quant import Layout, Weight
from ktdesk.kernels.cache_types import CacheType
from ktdesk.kernels.cpu import interleave, interleaved_bytes
from ktdesk.kernels.memory import allocate, place_rows
from ktdesk.operators.base import Slot
from ktdesk.operators.reader import Reader

S = TypeVar("S", bound=Slot)


@dataclass
class Resources:
    """What the operators of one model share.

    `used` collects the names of the tensors they took, `caches` what `Site.cache` gave them.
    """

    checkpoint: Checkpoint
    device: CpuDevice
    context_tokens: int
    cache_type: CacheType
    copied: frozenset[str] = frozenset()  # tensors whose rows are copied and interleaved
    reads_ahead: bool = False  # the file is larger than the memory left for it
    used: set[str] = field(default_factory=set[str])
    caches: list[Tensor] = field(default_factory=list[Tensor])  # in the order they were made
    reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = Reader(self.checkpoint, self.device.stream)


@dataclass(frozen=True)
class Site:
    """A path in a model, and the means to fill it.

    fill: builds the operator of a slot (kind of slot, its site, its spec).
    """

    path: str
    resources: Resources
    fill: Callable[[type[Slot], Site, object], Slot]

    @property
    def device(self) -> CpuDevice:
        """The device that this site's work runs on."""
        return self.resources.device

    def at(self, name: str | int) -> Site:
        """Return the site of a part of this one."""
        path = f"{self.path}.{name}" if self.path else str(name)
        return Site(path, self.resources, self.fill)

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

    def matrix(self, name: str, *shape: int) -> Weight:
        """Return a tensor of the model file to multiply by. Raises ModelFileError like `weight`.

        shape: [rows, columns], or [E, rows, columns] for matrices of which a loop takes some.
        """
        return self.placed(self.weight(name, *shape), matrices=prod(shape[:-2]))

    def placed(self, weight: Weight, matrices: int = 1) -> Weight:
        """Return a tensor or a part of one where it is at home: as it is, or a copy in memory.

        matrices: over whose rows, of each one, loops go; the copy's memory is placed accordingly.
        Raises MemoryShortage if the system refuses the memory.
        """
        size = interleaved_bytes(weight) if weight.name in self.resources.copied else 0
        if not size:
            return weight
        room = allocate(size).reshape(weight.rows, -1)
        place_rows(self.device.stream, room.reshape(matrices, -1, room.shape[1]))
        copy = replace(weight, layout=Layout.INTERLEAVED, data=room)
        for rows in self.resources.reader.read(weight):
            part = slice(rows.start, rows.stop)
            some = replace(weight, shape=(len(rows), weight.columns), data=weight.data[part])
            interleave(self.device.stream, some, copy.data[part])
        return copy

    def values(self, name: str, *shape: int) -> Tensor:
        """Return a tensor of the model file as float32, copied out of the file."""
        return torch.as_tensor(self.weight(name, *shape).dequantize())

    def cache(self, width: int) -> Tensor:
        """Return room for `width` values per token of the context: [context, width].

        Row p must hold what is kept of the token at position p, and nothing else: rows are saved,
        and put back, by position.
        """
        rows, kind = self.resources.context_tokens, self.resources.cache_type
        try:
            room = torch.empty(rows, kind.elements(width), dtype=kind.dtype)
        except RuntimeError as error:  # torch's allocator has no type of its own for this
            raise MemoryShortage(
                "the CPU", rows * kind.row_bytes(width), 0, hint="Choose a shorter context."
            ) from error
        self.resources.caches.append(room)
        return room


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape without leading dimensions of one."""
    first = next((i for i, size in enumerate(shape[:-1]) if size != 1), len(shape) - 1)
    return shape[first:]
