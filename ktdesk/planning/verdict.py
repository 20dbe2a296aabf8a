# SPDX-License-Identifier: Apache-2.0
"""Whether a model runs on a machine, why not, and what would help. Advice never forbids."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ktdesk.hardware.machine import Machine
from ktdesk.planning.assignment import CPU
from ktdesk.planning.needs import Needs

# Of the memory that is free, what may be taken without the system getting short of it.
_COMFORTABLE_SHARE = 0.85


class Fit(StrEnum):
    """How well a model fits, the best first."""

    COMFORTABLE = "comfortable"
    TIGHT = "tight"
    FROM_DISK = "from_disk"
    WILL_NOT_RUN = "will_not_run"


@dataclass(frozen=True, slots=True)
class Shortage:
    """Bytes that a device lacks. card: its number, or CPU for the main memory."""

    card: int
    missing_bytes: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well a model fits, and what it lacks. disk_bytes: read from the disk while it answers."""

    fit: Fit
    shortages: tuple[Shortage, ...] = ()
    disk_bytes: int = 0


def judge(needs: Needs, machine: Machine, vram_bytes: int = 0) -> Verdict:
    """Compare what a model takes with what is free. vram_bytes: a budget for each card, 0 none."""
    lacking = _lacking_on_cards(needs, machine, vram_bytes)
    available = machine.memory.available_bytes
    if missing := max(0, needs.memory.total - available):
        lacking.append(Shortage(CPU, missing))
    if not needs.fits_memory(available) or any(each.card >= 0 for each in lacking):
        return Verdict(Fit.WILL_NOT_RUN, tuple(lacking))
    if missing:
        return Verdict(Fit.FROM_DISK, tuple(lacking), needs.disk_bytes(available))
    is_tight = needs.memory.total > _COMFORTABLE_SHARE * available
    return Verdict(Fit.TIGHT if is_tight else Fit.COMFORTABLE)


def card_bytes(machine: Machine, card: int, vram_bytes: int) -> int:
    """Return what a model may take of a card's memory; 0 if there is no such card to use."""
    if card >= len(machine.gpus) or machine.gpus[card].problem:
        return 0
    free = machine.gpus[card].free_bytes
    return min(free, vram_bytes) if vram_bytes else free


def _lacking_on_cards(needs: Needs, machine: Machine, vram_bytes: int) -> list[Shortage]:
    rooms = {card: card_bytes(machine, card, vram_bytes) for card in needs.cards}
    lacking = {card: needs.cards[card].total - room for card, room in rooms.items()}
    return [Shortage(card, missing) for card, missing in lacking.items() if missing > 0]
