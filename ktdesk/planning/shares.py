# SPDX-License-Identifier: Apache-2.0
"""What each device holds, by class: what bars, tables and maps of a plan are drawn from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ktdesk.hardware.machine import Machine
from ktdesk.operators.rules import Part, Rule
from ktdesk.planning.assignment import CPU
from ktdesk.planning.modules import Module
from ktdesk.planning.plan import Plan
from ktdesk.planning.verdict import card_bytes

DISK = -2  # in place of the number of a card


class Share(StrEnum):
    """What memory is taken for, in the order in which it is shown."""

    ATTENTION = "attention"
    DENSE = "dense"
    SHARED = "shared"
    HEAD = "head"
    OTHER = "other"  # embeddings, norms, routers
    ROUTED = "routed"
    CACHE = "cache"
    WORKING = "working"


_SHARE_OF_PART = {
    Part.ATTENTION: Share.ATTENTION,
    Part.DENSE: Share.DENSE,
    Part.SHARED: Share.SHARED,
    Part.HEAD: Share.HEAD,
    Part.ROUTED: Share.ROUTED,
}


@dataclass(frozen=True, slots=True)
class DeviceShares:
    """The bytes on a device. device: a card's number, CPU or DISK. room_bytes: what may be taken.

    shares: only those that are there, in their order.
    """

    device: int
    room_bytes: int
    shares: dict[Share, int]

    @property
    def total_bytes(self) -> int:
        """All together."""
        return sum(self.shares.values())


@dataclass(frozen=True, slots=True)
class RuleMatches:
    """What a rule places. devices: cards' numbers or CPU."""

    rule: Rule
    modules: int
    size_bytes: int
    devices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MapCell:
    """A layer's modules of one class. layer: -1 outside of layers. devices: they are on."""

    layer: int
    share: Share
    size_bytes: int
    devices: tuple[int, ...]


def share_of(module: Module) -> Share:
    """Return the class of a module's weights."""
    return _SHARE_OF_PART.get(module.part, Share.OTHER)


def device_shares(
    plan: Plan, machine: Machine, context_tokens: int, vram_bytes: int
) -> list[DeviceShares]:
    """Return what is on the cards, in the main memory, and read from the disk again and again."""
    needs = plan.needs
    cards = [
        DeviceShares(
            card,
            card_bytes(machine, card, vram_bytes),
            _shares(plan, card, context_tokens, on_card.working),
        )
        for card, on_card in needs.cards.items()
    ]
    available = machine.memory.available_bytes
    memory = _shares(plan, CPU, context_tokens, needs.memory.working)
    found = [*cards, DeviceShares(CPU, available, memory)]
    if on_disk := needs.disk_bytes(available):
        found.append(DeviceShares(DISK, 0, _scaled(memory, on_disk, needs.memory.weights)))
    return found


def rule_matches(plan: Plan) -> list[RuleMatches]:
    """Return what each rule places, in the order of the rules; bytes are those that are loaded."""
    placed = plan.assignment.placed
    found: list[RuleMatches] = []
    for rule in plan.assignment.placement.rules:
        mine = [each for each in placed if each.rule is rule]
        size = sum(each.module.size_bytes for each in mine)
        devices = tuple(sorted({each.card for each in mine}))
        paths = {each.module.path for each in mine}
        found.append(RuleMatches(rule, len(paths), size, devices))
    return found


def layer_map(plan: Plan) -> list[MapCell]:
    """Return the layers' classes of modules that have weights, by layer and class."""
    sizes: dict[tuple[int, Share], int] = {}
    devices: dict[tuple[int, Share], set[int]] = {}
    for each in plan.assignment.placed:
        key = (each.module.layer, share_of(each.module))
        if each.module.size_bytes:
            sizes[key] = sizes.get(key, 0) + each.module.size_bytes
            devices.setdefault(key, set()).add(each.card)
    return [MapCell(*key, size, tuple(sorted(devices[key]))) for key, size in sizes.items()]


def experts_on_cards(plan: Plan) -> dict[int, frozenset[int]]:
    """Return the routed experts that are on cards, by layer."""
    experts = {module.path: module.experts for module in plan.anatomy.of(Part.ROUTED)}
    found: dict[int, frozenset[int]] = {}
    for each in plan.assignment.placed:
        if each.module.part is Part.ROUTED and each.card != CPU:
            count = experts[each.module.path]
            found[each.module.layer] = frozenset(each.rule.residents(count) or range(count))
    return found


def _shares(plan: Plan, device: int, context_tokens: int, working: int) -> dict[Share, int]:
    sizes = dict.fromkeys(Share, 0)
    for module, size in plan.assignment.weights_on(device):
        sizes[share_of(module)] += size
    sizes[Share.CACHE] = plan.assignment.cache_bytes(device, context_tokens)
    sizes[Share.WORKING] = working
    return _present(sizes.items())


def _scaled(memory: dict[Share, int], on_disk: int, weights: int) -> dict[Share, int]:
    """Return the weights' shares of what is on the disk; all weights are equally likely there."""
    kept = (Share.CACHE, Share.WORKING)
    shares = {share: size for share, size in memory.items() if share not in kept}
    return _present((share, size * on_disk // max(1, weights)) for share, size in shares.items())


def _present(sizes: Iterable[tuple[Share, int]]) -> dict[Share, int]:
    return {share: size for share, size in sizes if size}
