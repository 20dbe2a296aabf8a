# SPDX-License-Identifier: Apache-2.0
"""The placement that a machine allows: what does most per byte goes to the cards first.

Attention, dense layers, shared experts and the head do two operations or more per weight and token;
a routed expert's weights do so for one token in many. So cards take all of the former or nothing,
then the routed experts of as many layers as fit, the largest that they can.
"""

from __future__ import annotations

from itertools import product

from ktdesk.hardware.machine import Machine
from ktdesk.operators.placement import Placement
from ktdesk.operators.rules import Part, Rule
from ktdesk.planning.modules import Anatomy, Module
from ktdesk.planning.needs import CARD_WORKING_BYTES
from ktdesk.planning.verdict import card_bytes


def propose(anatomy: Anatomy, machine: Machine, context_tokens: int, vram_bytes: int) -> Placement:
    """Return the placement that makes answers fastest. vram_bytes: for each card; 0 for all."""
    room = card_bytes(machine, 0, vram_bytes) - CARD_WORKING_BYTES
    routed = anatomy.of(Part.ROUTED)
    core = sum(
        module.resident_bytes(context_tokens)
        for module in anatomy.modules
        if module.part not in (Part.ROUTED, Part.EMBEDDING)
    )
    if core > room:
        return Placement.load("cpu_only")
    chosen = largest_that_fit(routed, room - core)
    if len(chosen) == len(routed):
        return Placement.load("gpu_only")
    base = Placement.load("one_gpu")
    rules = tuple(Rule(f"{module.path}", "experts.cuda") for module in chosen)
    return Placement(base.name, base.model, (*rules, *base.rules))


def largest_that_fit(modules: tuple[Module, ...], room_bytes: int) -> tuple[Module, ...]:
    """Return the modules with the most bytes together that fit; of equal ones, the first.

    Modules of a model come in a few sizes, so all numbers of each size can be tried.
    """
    if not modules:
        return ()
    by_size: dict[int, list[Module]] = {}
    for module in modules:
        by_size.setdefault(module.size_bytes, []).append(module)
    sizes = list(by_size)
    best: tuple[int, ...] = (0,) * len(sizes)
    most = 0
    for counts in product(*(range(len(by_size[size]) + 1) for size in sizes[:-1])):
        used = sum(count * size for count, size in zip(counts, sizes, strict=False))
        if used > room_bytes:
            continue
        last = min(len(by_size[sizes[-1]]), (room_bytes - used) // max(1, sizes[-1]))
        if used + last * sizes[-1] > most:
            most, best = used + last * sizes[-1], (*counts, last)
    return tuple(
        module for size, count in zip(sizes, best, strict=True) for module in by_size[size][:count]
    )
