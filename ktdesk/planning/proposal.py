# SPDX-License-Identifier: Apache-2.0
"""The placement that a machine allows: what does most per byte goes to the cards first."""

from __future__ import annotations

from ktdesk.hardware.machine import Machine
from ktdesk.operators.placement import Placement
from ktdesk.planning.card_needs import CardNeeds
from ktdesk.planning.gpu_fit import choose_placement
from ktdesk.planning.modules import Anatomy
from ktdesk.planning.verdict import card_bytes


def propose(anatomy: Anatomy, machine: Machine, context_tokens: int, vram_bytes: int) -> Placement:
    """Return the placement that makes answers fastest. vram_bytes: for each card; 0 for all."""
    rooms = [card_bytes(machine, card, vram_bytes) for card in range(len(machine.gpus))]
    needs = CardNeeds.of(anatomy, context_tokens, machine.memory.available_bytes)
    return choose_placement(needs, rooms)
