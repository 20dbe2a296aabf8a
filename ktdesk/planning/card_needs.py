# SPDX-License-Identifier: Apache-2.0
"""What a model takes of graphics cards' memory: its weights and caches, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass

from ktdesk.devices.chunks import room_bytes
from ktdesk.devices.expert_ring import ring_bytes
from ktdesk.models.decoder import token_bytes
from ktdesk.operators.rules import Part
from ktdesk.planning.from_disk import evenness
from ktdesk.planning.modules import Anatomy

# For short chunks of prompts, kernels' scratch, and what the driver keeps for itself.
RESERVE_BYTES = 1_500_000_000


@dataclass(frozen=True, slots=True)
class LayerNeeds:
    """Bytes of a layer. always: what every token uses, and the caches. experts: routed ones.

    rank: of layers whose experts are as large, the lowest comes to a card first.
    """

    always: int
    experts: int
    rank: float = 0.0


@dataclass(frozen=True, slots=True)
class CardNeeds:
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
    def of(
        cls, anatomy: Anatomy, context_tokens: int, memory_bytes: int | None = None
    ) -> CardNeeds:
        """Return what a model needs whose caches have so many rows.

        memory_bytes: that are free for what is on no card. If weights will be read from the disk,
        layers that choose their experts evenly come to cards first: of the others, memory keeps
        those that are chosen most. Else it is the first layers, whatever was counted, so that the
        same question gets the same answer.
        """
        always, experts = [0] * anatomy.layers, [0] * anatomy.layers
        ranks, head = [0.0] * anatomy.layers, 0
        is_short = memory_bytes is not None and anatomy.size_bytes > memory_bytes
        for module in anatomy.modules:
            size = module.resident_bytes(context_tokens)
            if module.part is Part.ROUTED:
                experts[module.layer] += size
                ranks[module.layer] = -evenness(module) * is_short
            elif module.layer >= 0:
                always[module.layer] += size
            elif module.part is not Part.EMBEDDING:  # whose rows are read from the CPU's memory
                head += size
        layers = tuple(map(LayerNeeds, always, experts, ranks))
        chunk = room_bytes(context_tokens, token_bytes(anatomy.width))
        return cls(layers, head, RESERVE_BYTES, chunk + ring_bytes(anatomy.expert_bytes))
