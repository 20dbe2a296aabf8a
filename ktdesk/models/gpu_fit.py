# SPDX-License-Identifier: Apache-2.0
"""Which placement a model and a card's memory allow, when nobody chose one.

What does the most work per byte comes first: attention, shared experts, dense layers and the head;
then the routed experts of one layer after another, until the memory is full.
"""

from __future__ import annotations

from ktdesk.models.memory_needs import MemoryNeeds
from ktdesk.operators.placement import Placement
from ktdesk.operators.rules import Rule


def choose_placement(needs: MemoryNeeds, card_bytes: int) -> Placement:
    """Return a placement. card_bytes: of a card's memory, what may be used; 0: none."""
    left = card_bytes - needs.reserve - needs.head - sum(layer.always for layer in needs.layers)
    experts = {i: layer.experts for i, layer in enumerate(needs.layers) if layer.experts}
    if left >= sum(experts.values()):
        return Placement.load("gpu_only")
    if left < 0 or not experts:
        return Placement.load("cpu_only")
    return _with_experts(_first_that_fit(experts, left - needs.streaming), len(experts))


def _first_that_fit(experts: dict[int, int], room_bytes: int) -> list[int]:
    """Return the first layers whose experts have room together."""
    chosen: list[int] = []
    for layer, size in experts.items():
        room_bytes -= size
        if room_bytes < 0:
            break
        chosen.append(layer)
    return chosen


def _with_experts(layers: list[int], of: int) -> Placement:
    """Return `one_gpu` with the experts of some layers on the GPU too."""
    base = Placement.load("one_gpu")
    if not layers:
        return base
    rule = Rule(f"layers.{layers[0]}-{layers[-1]}.mlp.experts", "experts.cuda")
    name = f"{base.name}, experts of {len(layers)} of {of} layers on it"
    return Placement(name, base.model, (rule, *base.rules))
