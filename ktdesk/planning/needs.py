# SPDX-License-Identifier: Apache-2.0
"""What a model takes of each card's memory, of the main memory and of the disk."""

from __future__ import annotations

from dataclasses import dataclass

from ktdesk.devices.chunks import RESERVE_BYTES
from ktdesk.operators.rules import Part
from ktdesk.planning.assignment import CPU, Assignment

# For the program itself, and what the system needs to breathe.
PROGRAM_BYTES = 1_200_000_000


@dataclass(frozen=True, slots=True)
class DeviceNeeds:
    """Bytes on one device. working: activations, scratch, the driver's own."""

    weights: int
    cache: int
    working: int

    @property
    def total(self) -> int:
        """All together."""
        return self.weights + self.cache + self.working


@dataclass(frozen=True, slots=True)
class Needs:
    """What a model takes. cards: by the card's number.

    unfiled: of the weights in the memory, those that cannot be read from the file again.
    """

    memory: DeviceNeeds
    cards: dict[int, DeviceNeeds]
    unfiled: int = 0

    @classmethod
    def of(cls, assignment: Assignment, context_tokens: int) -> Needs:
        """Return the bytes of a model whose caches have so many rows."""

        def needs(device: int, working: int) -> DeviceNeeds:
            weights = assignment.weight_bytes(device)
            return DeviceNeeds(weights, assignment.cache_bytes(device, context_tokens), working)

        cards = {card: needs(card, RESERVE_BYTES) for card in assignment.cards}
        working = PROGRAM_BYTES + assignment.activation_bytes
        return cls(needs(CPU, working), cards, assignment.unfiled_bytes())

    @property
    def filed(self) -> int:
        """The bytes of weights in the memory that can be read from the file again."""
        return self.memory.weights - self.unfiled

    def disk_bytes(self, available_bytes: int) -> int:
        """Return how much of the weights must be read from the disk again and again.

        Only weights can, as the file has them: what else does not fit makes the model impossible
        to run.
        """
        return max(0, min(self.filed, self.memory.total - available_bytes))

    def fits_memory(self, available_bytes: int) -> bool:
        """Whether at least all that is not in a file fits into so much memory."""
        return self.memory.total - self.filed <= available_bytes


def routed_memory_bytes(assignment: Assignment) -> int:
    """Return the bytes of routed experts at home in the main memory."""
    return sum(m.size_bytes for m in assignment.on(CPU) if m.part is Part.ROUTED)
