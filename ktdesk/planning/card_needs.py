# SPDX-License-Identifier: Apache-2.0
"""What a model takes of graphics cards' memory: its weights and caches, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ktdesk.devices.chunks import RESERVE_BYTES, room_bytes
from ktdesk.devices.expert_ring import ring_bytes
from ktdesk.models.decoder import token_bytes
from ktdesk.operators.rules import Part
from ktdesk.planning.modules import Anatomy
from ktdesk.planning.needs import PROGRAM_BYTES


@dataclass(frozen=True, slots=True)
class LayerNeeds:
    """Bytes of a layer. always: what every token uses, and the caches. experts: routed ones.

    read: of experts, what a token reads. shares: what each expert gets of the layer's choices.
    """

    always: int
    experts: int
    read: float = 0.0
    shares: tuple[float, ...] = ()

    @property
    def expert_bytes(self) -> int:
        """The bytes of one expert."""
        return -(-self.experts // max(1, len(self.shares)))

    def saved(self, some: Sequence[int]) -> float:
        """Return what the CPU need not read for a token, if some experts are on a card."""
        return self.read * sum(self.shares[expert] for expert in some)


@dataclass(frozen=True, slots=True)
class CardNeeds:
    """Bytes of a model. head: what comes after all layers.

    reserve: what must stay free in any case. streaming: what should, beside it, where experts come
    from the CPU's memory: long chunks of prompts, since all are brought once for each, and the ring
    through which they come. That holds half a layer's: on the card for good they would spare the
    CPU less than a hundredth of DeepSeek-R1's experts, ahead they spare prompts a third of a layer.
    But where the memory does not hold all experts, each that is on a card spares the disk.
    """

    layers: tuple[LayerNeeds, ...]
    head: int
    reserve: int
    streaming: int

    @classmethod
    def of(cls, anatomy: Anatomy, context_tokens: int, memory_bytes: int) -> CardNeeds:
        """Return what a model needs whose caches have so many rows.

        memory_bytes: of the main memory, what is available.
        """
        always, experts = [0] * anatomy.layers, [0] * anatomy.layers
        read, head = [0.0] * anatomy.layers, 0
        shares: list[tuple[float, ...]] = [()] * anatomy.layers
        for module in anatomy.modules:
            size = module.resident_bytes(context_tokens)
            if module.part is Part.ROUTED:
                experts[module.layer] = size
                read[module.layer], shares[module.layer] = module.read_bytes, module.shares
            elif module.layer >= 0:
                always[module.layer] += size
            elif module.part is not Part.EMBEDDING:  # whose rows are read from the CPU's memory
                head += size
        layers = tuple(map(LayerNeeds, always, experts, read, shares))
        chunk = room_bytes(context_tokens, token_bytes(anatomy.width))
        in_memory = PROGRAM_BYTES + anatomy.activation_bytes + anatomy.bytes_of(Part.ROUTED)
        ahead = max(map(len, shares), default=0) if in_memory <= memory_bytes else 0
        ring = ring_bytes(ahead, anatomy.expert_bytes)
        return cls(layers, head, RESERVE_BYTES, chunk + ring)
