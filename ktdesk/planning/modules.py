# SPDX-License-Identifier: Apache-2.0
"""A model's parts with their bytes and operations; `dissect` finds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from ktdesk.devices.chunks import tokens_that_fill
from ktdesk.formats.gguf import TensorInfo
from ktdesk.formats.quant import WeightType
from ktdesk.models.decoder import token_bytes
from ktdesk.operators.quantization import check_fits
from ktdesk.operators.rules import Part


@dataclass(frozen=True, slots=True)
class Module:
    """A slot of the model, and what it costs.

    layer: -1 outside of layers. weights: how many. size_bytes: of their tensors in the file.
    read_bytes: of them, what a token makes a device read. operations: for a token, without those
    over the cache. row_bytes, row_operations: of each token in the cache; the latter fewer for
    prompts, whose latents are expanded once. made_bytes: of what is made at load beside the file's
    tensors: for latents, their transposed keys, made_weights of them. matrices: the tensors that a
    placement can have made anew. anew_bytes: of size_bytes, those that were. experts: how many
    there are, of routed ones. chosen: the share of a layer's choices that each of them gets; empty
    if that is not known. tied_bytes: of tensors that count for another module, which needs a copy
    of its own if they are not together. in_torch: it is an operator in plain torch.
    """

    path: str
    kind: str
    part: Part
    layer: int
    weights: int
    size_bytes: int
    read_bytes: float
    operations: float
    row_bytes: int = 0
    row_operations: float = 0.0
    prompt_row_operations: float = 0.0
    made_bytes: int = 0
    made_weights: int = 0
    matrices: tuple[TensorInfo, ...] = ()
    anew_bytes: int = 0
    experts: int = 0
    chosen: tuple[float, ...] = ()
    tied_bytes: int = 0
    in_torch: bool = False

    def remade(self, kind: WeightType) -> Module:
        """Return the module as it is loaded with its matrices in another type.

        Raises PlacementError if the type does not fit one of them.
        """
        before = after = anew = 0
        for info in self.matrices:
            *rows, columns = info.shape
            check_fits(info.name, columns, kind)
            size = prod(rows) * kind.row_bytes(columns)
            before, after = before + info.size_bytes, after + size
            anew += size * (info.type != kind)
        size = self.size_bytes - before + after
        return replace(
            self,
            size_bytes=size,
            read_bytes=self.read_bytes * size / max(1, self.size_bytes),
            made_bytes=kind.row_bytes(self.made_weights),
            anew_bytes=anew,
        )

    def as_floats(self) -> Module:
        """Return the module as plain torch holds it: every weight a float32."""
        size = 4 * self.weights
        read = self.read_bytes * size / max(1, self.size_bytes)
        return replace(
            self,
            size_bytes=size,
            read_bytes=read,
            made_bytes=0,
            anew_bytes=size,
            in_torch=True,
        )

    @property
    def shares(self) -> tuple[float, ...]:
        """What each expert gets of a layer's choices: all the same, if it is not known."""
        return self.chosen or tuple(1 / self.experts for _ in range(self.experts))

    def of_experts(self, some: Sequence[int]) -> Module:
        """Return what the module would be if it had only some of its experts.

        Its token reads and computes what it chooses of these, on average.
        """
        shares = [self.shares[expert] for expert in some]
        hits = sum(shares)
        return replace(
            self,
            weights=self.weights * len(some) // self.experts,
            size_bytes=self.size_bytes * len(some) // self.experts,
            anew_bytes=self.anew_bytes * len(some) // self.experts,
            read_bytes=self.read_bytes * hits,
            operations=self.operations * hits,
            experts=len(some),
            chosen=tuple(share / hits for share in shares) if self.chosen else (),
        )

    @property
    def unfiled_bytes(self) -> int:
        """Of what it takes, the bytes that are in no file: they cannot be read again."""
        return self.made_bytes + self.anew_bytes

    def resident_bytes(self, context_tokens: int) -> int:
        """Return what must be in a device's memory, with a cache of so many tokens."""
        return self.size_bytes + self.made_bytes + context_tokens * self.row_bytes

    def intensity(self, context_tokens: int) -> float:
        """Return the operations of a token, per byte of memory that they are bought with."""
        operations = self.operations + context_tokens * self.row_operations
        return operations / max(1, self.resident_bytes(context_tokens))


@dataclass(frozen=True)
class Anatomy:
    """All modules of a model. A tensor that two of them use counts for the last: a tied head.

    width: of the residual stream. expert_bytes: of a routed expert, the largest.
    """

    modules: tuple[Module, ...]
    layers: int
    width: int
    expert_bytes: int

    @cached_property
    def size_bytes(self) -> int:
        """Of all weights that are used."""
        return sum(module.size_bytes for module in self.modules)

    def of(self, *parts: Part) -> tuple[Module, ...]:
        """Return the modules of some parts."""
        return tuple(module for module in self.modules if module.part in parts)

    def bytes_of(self, *parts: Part) -> int:
        """Return the bytes of the weights of some parts."""
        return sum(module.size_bytes for module in self.of(*parts))

    @property
    def activation_bytes(self) -> int:
        """About what a chunk of a prompt takes of the main memory, while it is read there."""
        spreads = (m.size_bytes / m.read_bytes for m in self.of(Part.ROUTED) if m.read_bytes)
        return tokens_that_fill(max(spreads, default=1.0)) * token_bytes(self.width)

    @property
    def weights(self) -> int:
        """How many weights there are."""
        return sum(module.weights for module in self.modules)

    @property
    def routed_weights(self) -> int:
        """How many of them are of routed experts."""
        return sum(module.weights for module in self.of(Part.ROUTED))

    def scaled(self, factor: float) -> Anatomy:
        """Return about what it is in another quantisation, whose file is so many times as large.

        Smaller files save on routed experts, larger ones spend on everything.
        """
        saving = (1 - factor) * self.size_bytes
        routed = self.bytes_of(Part.ROUTED)
        saves_on_routed = 0 < saving < routed
        of_routed = 1 - saving / routed if saves_on_routed else factor
        of_others = 1.0 if saves_on_routed else factor

        def resized(module: Module) -> Module:
            by = of_routed if module.part is Part.ROUTED else of_others
            size = int(by * module.size_bytes)
            matrices = (replace(i, size_bytes=int(by * i.size_bytes)) for i in module.matrices)
            return replace(
                module,
                size_bytes=size,
                read_bytes=by * module.read_bytes,
                matrices=tuple(matrices),
            )

        modules = tuple(map(resized, self.modules))
        return replace(self, modules=modules, expert_bytes=int(of_routed * self.expert_bytes))

    def counted(self, counts: NDArray[np.int64] | None) -> Anatomy:
        """Return the same with what is known of its experts' use.

        counts: [layers, experts], how often each was chosen; ones of another shape say nothing.
        """
        if counts is None or len(counts) > self.layers:
            return self

        def with_shares(module: Module) -> Module:
            if module.part is not Part.ROUTED or module.layer >= len(counts):
                return module
            likely = counts[module.layer] + 1.0  # what was never chosen may be, yet
            return replace(module, chosen=tuple((likely / likely.sum()).tolist()))

        return replace(self, modules=tuple(map(with_shares, self.modules)))

    def cache_bytes(self, context_tokens: int) -> int:
        """Return what the caches of so many tokens need."""
        return context_tokens * sum(module.row_bytes for module in self.modules)
