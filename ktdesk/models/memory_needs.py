# SPDX-License-Identifier: Apache-2.0
"""What a model takes of GPUs' memory: its weights and caches, layer by layer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ktdesk.devices.chunks import room_bytes
from ktdesk.devices.expert_ring import ring_bytes
from ktdesk.models.build import Plan, cache_bytes
from ktdesk.models.decoder import token_bytes
from ktdesk.operators.base import ExpertsSpec, MlaSpec
from ktdesk.operators.site import Resources

# For short chunks of prompts, kernels' scratch, and what the driver keeps for itself.
_RESERVE_BYTES = 1_500_000_000


@dataclass(frozen=True, slots=True)
class LayerNeeds:
    """Bytes of a layer. always: what every token uses, and the caches. experts: routed ones."""

    always: int
    experts: int


@dataclass(frozen=True, slots=True)
class MemoryNeeds:
    """Bytes of a model. head: what comes after all layers.

    reserve: what must stay free in any case. streaming: what should, beside it, where experts come
    from the CPU's memory: long chunks of prompts, since all are brought once for each, and the ring
    through which they come.
    """

    layers: tuple[LayerNeeds, ...]
    head: int
    reserve: int
    streaming: int

    @classmethod
    def measure(cls, resources: Resources, plan: Plan) -> MemoryNeeds:
        """Return what a plan's model needs, wherever the plan itself puts it."""
        layers = 1 + max(_layer(r"layers\.(\d+)\.", path) for path in plan.specs)
        always, experts, expert_bytes = [0] * layers, [0] * layers, 0
        head = 0
        for name, size in _weights(resources).items():
            layer = _layer(r"blk\.(\d+)\.", name)
            if layer < 0:
                head += size
            elif layer < layers:  # others predict further tokens, and are not used
                (experts if "_exps." in name else always)[layer] += size
        for path, spec in plan.specs.items():
            layer = _layer(r"layers\.(\d+)\.", path)
            if layer >= 0:
                always[layer] += cache_bytes(spec, resources) + _made_bytes(spec)
            if isinstance(spec, ExpertsSpec):
                expert_bytes = max(expert_bytes, experts[layer] // spec.experts)
        checkpoint = resources.checkpoint
        width = checkpoint.count(f"{checkpoint.architecture}.embedding_length")
        chunk = room_bytes(resources.context_tokens, token_bytes(width))
        needs = tuple(map(LayerNeeds, always, experts))
        return cls(needs, head, _RESERVE_BYTES, chunk + ring_bytes(expert_bytes))


def _weights(resources: Resources) -> dict[str, int]:
    """Return the bytes of the weights that go to GPUs, by name."""
    tensors = resources.checkpoint.tensors
    sizes = {name: tensor.size_bytes for name, tensor in tensors.items()}
    if "output.weight" in sizes:  # else the embedding is the head, too
        sizes.pop("token_embd.weight", None)  # whose rows are read from the CPU's memory
    return sizes


def _layer(pattern: str, name: str) -> int:
    """Return the number of the layer that a name belongs to; -1 for none."""
    found = re.match(pattern, name)
    return int(found[1]) if found else -1


def _made_bytes(spec: object) -> int:
    """Return what a slot takes that the file does not have: for latents, their transposed keys."""
    return spec.heads * spec.nope * spec.latent * 2 if isinstance(spec, MlaSpec) else 0
