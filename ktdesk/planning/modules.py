# SPDX-License-Identifier: Apache-2.0
"""A model's parts with their bytes and operations, from its tensor table alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from ktdesk.formats.gguf import Checkpoint, TensorInfo
from ktdesk.formats.quant import WeightType
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.cache_rows import cache_row_bytes
from ktdesk.models.loadable import tensor_names
from ktdesk.models.slots import Outline, SlotSite, outline
from ktdesk.operators.base import ExpertsSpec, GqaSpec, MlaSpec
from ktdesk.operators.quantization import RemadeSpec, check_fits
from ktdesk.operators.rules import Part, SlotPath


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
    of its own if they are not together.
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
        return replace(self, size_bytes=size, read_bytes=read, made_bytes=0, anew_bytes=size)

    @property
    def shares(self) -> tuple[float, ...]:
        """What each expert gets of a layer's choices: all the same, if it is not known."""
        return self.chosen or (1 / self.experts,) * self.experts

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


def dissect(checkpoint: Checkpoint, cache_type: CacheType) -> Anatomy:
    """Return a model's modules. Reads no weight.

    Raises ModelFileError for an unknown architecture, or if the file lacks what it needs.
    """
    return dissect_outline(checkpoint, outline(checkpoint), cache_type)


def dissect_outline(checkpoint: Checkpoint, model: Outline, cache_type: CacheType) -> Anatomy:
    """Return the modules of a model whose slots are known."""
    counted: set[str] = set()
    tensors, slots = checkpoint.tensors, model.slots
    modules = [_module(tensors, slot, cache_type, counted) for slot in reversed(slots)]
    experts = {slot.path: slot.spec for slot in slots if isinstance(slot.spec, ExpertsSpec)}
    sizes = (m.size_bytes // experts[m.path].experts for m in modules if m.path in experts)
    return Anatomy(
        tuple(reversed(modules)), model.decoder.layers, model.decoder.width, max(sizes, default=0)
    )


def _module(
    tensors: Mapping[str, TensorInfo], slot: SlotSite, cache_type: CacheType, counted: set[str]
) -> Module:
    part, spec = SlotPath(slot.path, slot.kind).part, slot.spec
    size = read = operations = 0.0
    weights = tied = 0
    for name in tensor_names(spec):
        info = tensors.get(name)
        if info is None:
            continue
        share = _share_of_a_token(part, spec, info.shape)
        read += share * info.size_bytes
        operations += 2 * share * prod(info.shape) * (part is not Part.EMBEDDING)
        size += 0 if name in counted else info.size_bytes
        weights += 0 if name in counted else prod(info.shape)
        tied += info.size_bytes if name in counted else 0
        counted.add(name)
    row_operations, prompt_row_operations = _row_operations(spec)
    return Module(
        path=slot.path,
        kind=slot.kind,
        part=part,
        layer=_layer(slot.path),
        weights=weights,
        size_bytes=int(size),
        read_bytes=read,
        operations=operations,
        row_bytes=cache_row_bytes(spec, cache_type),
        row_operations=row_operations,
        prompt_row_operations=prompt_row_operations,
        made_bytes=_made_weights(spec) * (4 if _has_floats(tensors, spec) else 2),
        made_weights=_made_weights(spec),
        matrices=tuple(tensors[name] for name in _matrices(spec) if name in tensors),
        experts=spec.experts if isinstance(spec, ExpertsSpec) else 0,
        tied_bytes=tied,
    )


def _layer(path: str) -> int:
    first, _, rest = path.partition(".")
    return int(rest.partition(".")[0]) if first == "layers" else -1


def _share_of_a_token(part: Part, spec: object, shape: tuple[int, ...]) -> float:
    if part is Part.EMBEDDING:
        return 1 / shape[0]
    return spec.experts_per_token / spec.experts if isinstance(spec, ExpertsSpec) else 1.0


def _row_operations(spec: object) -> tuple[float, float]:
    """Return the operations over what attention keeps of a token: absorbed, expanded."""
    match spec:
        case MlaSpec():
            absorbed = 2.0 * spec.heads * (2 * spec.latent + spec.rope)
            return absorbed, 2.0 * spec.heads * (spec.nope + spec.rope + spec.value)
        case GqaSpec():
            operations = 4.0 * spec.heads * spec.head_size
            return operations, operations
        case _:
            return 0.0, 0.0


def _made_weights(spec: object) -> int:
    return spec.heads * spec.nope * spec.latent if isinstance(spec, MlaSpec) else 0


def _has_floats(tensors: Mapping[str, TensorInfo], spec: object) -> bool:
    """Whether what is made of a spec's matrices is float32, as they are; else it is halves."""
    types = {tensors[name].type for name in _matrices(spec) if name in tensors}
    return types == {WeightType.F32}


def _matrices(spec: object) -> tuple[str, ...]:
    return spec.matrices if isinstance(spec, RemadeSpec) else ()
