# SPDX-License-Identifier: Apache-2.0
"""Takes a model apart: its modules, from its slots and its tensor table alone."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from ktdesk.formats.gguf import Checkpoint, TensorInfo
from ktdesk.formats.quant import WeightType
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.cache_rows import cache_row_bytes
from ktdesk.models.loadable import tensor_names
from ktdesk.models.slots import Outline, SlotSite, outline
from ktdesk.operators.base import ExpertsSpec, GqaSpec, MlaSpec
from ktdesk.operators.quantization import RemadeSpec
from ktdesk.operators.rules import Part, SlotPath
from ktdesk.planning.modules import Anatomy, Module


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
        experts=_experts(tensors, spec),
        tied_bytes=tied,
    )


def _experts(tensors: Mapping[str, TensorInfo], spec: object) -> int:
    """Return how many experts there are; none if the file's matrices are of another number."""
    if not isinstance(spec, ExpertsSpec):
        return 0
    is_true = all(
        tensors[name].shape[0] == spec.experts for name in spec.matrices if name in tensors
    )
    return spec.experts if is_true else 0


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
