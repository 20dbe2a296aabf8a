# SPDX-License-Identifier: Apache-2.0
"""Which placement a model and the cards' memory allow, when nobody chose one.

What does the most work per byte comes first: attention, shared experts, dense layers and the head;
then routed experts, see `expert_fit`. One card is enough where all fits, or where others would not
bring a layer's worth of experts more; else layers stand on cards one after another, in proportion
to what each has room for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from ktdesk.operators.placement import Placement
from ktdesk.operators.resident import as_option, runs
from ktdesk.operators.rules import Rule
from ktdesk.planning.card_needs import CardNeeds
from ktdesk.planning.expert_fit import Experts, fill, is_whole

_STEPS_OF_A_SEARCH = 20


@dataclass(frozen=True, slots=True)
class CardShare:
    """What one card has: layers, some or all of their routed experts, and perhaps the head."""

    card: int
    layers: range
    experts: Experts
    has_head: bool


def choose_placement(needs: CardNeeds, cards: Sequence[int]) -> Placement:
    """Return a placement. cards: of each card's memory, what may be used; 0: none."""
    rooms = [size - needs.reserve for size in cards]
    alone = [[0] * i + [room] for i, room in enumerate(rooms)]
    whole = [layer.always + layer.experts for layer in needs.layers]
    for some in (*alone, rooms):
        if ranges := _ranges([*whole, needs.head], some):
            return _placement(
                needs, list(_shares(needs, ranges, [sum(whole) + needs.head] * len(rooms)))
            )
    always = [layer.always for layer in needs.layers]
    best: list[CardShare] = []
    for some in (*alone, rooms):
        if ranges := _ranges([*always, needs.head], some):
            shares = list(_shares(needs, ranges, [room - needs.streaming for room in rooms]))
            best = max(best, shares, key=partial(_layers_worth, needs)) if best else shares
    if best and any(layer.experts for layer in needs.layers):
        return _placement(needs, best)
    return Placement.load("cpu_only")


def _ranges(sizes: Sequence[int], rooms: Sequence[int]) -> list[range] | None:
    """Return which parts, one after another, each room takes, all being about as full.

    None if there is no way. Bisects how full they must be.
    """
    found = _filled(sizes, rooms, 1.0)
    low, high = 0.0, 1.0
    for _ in range(_STEPS_OF_A_SEARCH if found else 0):
        middle = (low + high) / 2
        if ranges := _filled(sizes, rooms, middle):
            found, high = ranges, middle
        else:
            low = middle
    return found


def _filled(sizes: Sequence[int], rooms: Sequence[int], share: float) -> list[range] | None:
    """Fill a share of each room with as many parts as it takes; None if some are left."""
    ranges: list[range] = []
    at = 0
    for room in rooms:
        start, left = at, room * share
        while at < len(sizes) and sizes[at] <= left:
            left -= sizes[at]
            at += 1
        ranges.append(range(start, at))
    return ranges if at == len(sizes) else None


def _shares(needs: CardNeeds, ranges: Sequence[range], rooms: Sequence[int]) -> Iterator[CardShare]:
    """Yield what each card has whose layers, and the head behind them, are these.

    rooms: of each card, for all that is on it; what layers leave is for experts.
    """
    count = len(needs.layers)
    for card, parts in enumerate(ranges):
        layers, has_head = range(parts.start, min(parts.stop, count)), parts.stop > count
        left = rooms[card] - needs.head * has_head
        left -= sum(needs.layers[i].always for i in layers)
        if parts:
            sparse = {i: needs.layers[i] for i in layers if needs.layers[i].experts}
            yield CardShare(card, layers, fill(sparse, left), has_head)


def _layers_worth(needs: CardNeeds, shares: Sequence[CardShare]) -> int:
    """Return how many whole layers' experts would spare the CPU as much reading."""
    spared = sum(needs.layers[i].saved(ids) for each in shares for i, ids in each.experts.items())
    return int(spared / max(layer.read for layer in needs.layers)) if spared else 0


def _placement(needs: CardNeeds, shares: Sequence[CardShare]) -> Placement:
    """Return the placement of these shares, the same as a file with such rules."""
    of = sum(layer.experts > 0 for layer in needs.layers)
    parts = [(needs.layers[i], ids) for share in shares for i, ids in share.experts.items()]
    whole = sum(is_whole(*part) for part in parts)
    others = sum(len(ids) for layer, ids in parts if not is_whole(layer, ids))
    base = Placement.load("gpu_only" if whole == of else "one_gpu")
    name, it = base.name, "it"
    if len(shares) == 1 and shares[0].card:
        name = f"{name} on card {shares[0].card}"
    if len(shares) > 1:
        name, it = f"{name} over {len(shares)} cards", "them"
    some = [f"experts of {whole} of {of} layers"] if 0 < whole < of else []
    some += [f"{others} single experts"] if others else []
    if some:
        name = f"{name}, {' and '.join(some)} on {it}"
    if name == base.name:
        return base
    rules = [rule for share in shares for rule in _rules(needs, share)]
    first, last = (_on(share.card) for share in (shares[0], shares[-1]))
    ends = [Rule("embed_tokens", "*.cuda", first)]
    ends += [Rule(path, "*.cuda", last) for path in ("norm", "lm_head")]
    return Placement(name, "", (*rules, *ends, Rule("**", "*.cuda")))


def _rules(needs: CardNeeds, share: CardShare) -> Iterator[Rule]:
    """Yield the rules of one card's layers, experts first."""
    card = _on(share.card)
    whole = {i for i, ids in share.experts.items() if is_whole(needs.layers[i], ids)}
    for run in runs(sorted(whole)):
        yield Rule(f"layers.{run[0]}-{run[-1]}.mlp.experts", "experts.cuda", card)
    for i, ids in share.experts.items():
        if i not in whole:
            options = {**card, "resident": as_option(ids)}
            yield Rule(f"layers.{i}.mlp.experts", "experts.host", options)
    if share.layers:
        layers = f"layers.{share.layers[0]}-{share.layers[-1]}"
        if len(share.experts) < sum(needs.layers[i].experts > 0 for i in share.layers):
            yield Rule(f"{layers}.**", "experts.host", card)
        yield Rule(f"{layers}.**", "*.cuda", card)


def _on(card: int) -> dict[str, int]:
    return {"card": card} if card else {}
