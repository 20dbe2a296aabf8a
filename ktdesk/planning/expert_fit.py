# SPDX-License-Identifier: Apache-2.0
"""Which routed experts come to a card, where not all have room.

Whole layers first, which need no hand-off any more, and then those of the other layers that are
chosen most for their bytes; or these right away, of all layers, where the CPU then reads less. Of
experts whose use was not counted one is as good as another: they fill one layer after another, and
each still spares the CPU its share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from operator import itemgetter

import numpy as np

from ktdesk.planning.card_needs import LayerNeeds

Experts = Mapping[int, Sequence[int]]  # ids, ascending, by layer

# What the CPU could read while a layer is handed to it and back: 15 and 30 us, at 50 GB/s.
_HAND_OFF_BYTES = 2_000_000


def fill(layers: Mapping[int, LayerNeeds], room: int) -> Experts:
    """Return the experts of some layers that come to a card with so much room for them."""
    whole = largest_that_fit({i: layer.experts for i, layer in layers.items()}, room)
    ways: list[Experts] = []
    for first in (whole, ()):
        rest = {i: layer for i, layer in layers.items() if i not in first}
        left = room - sum(layers[i].experts for i in first)
        all_of = {i: range(len(layers[i].shares)) for i in first}
        ways.append(all_of | most_used(rest, left))
    return max(ways, key=lambda experts: _spared(layers, experts))


def is_whole(layer: LayerNeeds, ids: Sequence[int]) -> bool:
    """Whether these are all experts of a layer."""
    return len(ids) == len(layer.shares)


def largest_that_fit(sizes: Mapping[int, int], room: int) -> tuple[int, ...]:
    """Return the layers with the most bytes together that fit; of equal ones, the first named.

    Layers come in a few sizes, so all numbers of layers of each size can be tried.
    """
    layers: dict[int, list[int]] = {}
    for layer, size in sizes.items():
        layers.setdefault(size, []).append(layer)
    choices = (range(min(len(some), max(0, room) // size) + 1) for size, some in layers.items())
    counted = (dict(zip(layers, counts, strict=True)) for counts in product(*choices))
    fitting = ((sum(map(prod, counts.items())), counts) for counts in counted)
    _, best = max((each for each in fitting if each[0] <= max(0, room)), key=itemgetter(0))
    return tuple(sorted(i for size, count in best.items() for i in layers[size][:count]))


def most_used(layers: Mapping[int, LayerNeeds], room: int) -> dict[int, list[int]]:
    """Return the experts for whose bytes the CPU would read most; of equal ones, the first.

    One after another while they fit. So at most what one expert is worth is given away, and nothing
    where all are of a size.
    """
    numbers = [(i, e) for i, layer in layers.items() for e in range(len(layer.shares))]
    worth = [layers[i].read * layers[i].shares[e] / layers[i].expert_bytes for i, e in numbers]
    smallest = min((layer.expert_bytes for layer in layers.values()), default=0)
    found: dict[int, list[int]] = {}
    order: list[int] = np.argsort(-np.array(worth), kind="stable").tolist()
    for at in order:
        if room < smallest:
            break
        i, expert = numbers[at]
        if layers[i].expert_bytes <= room:
            found.setdefault(i, []).append(expert)
            room -= layers[i].expert_bytes
    return {i: sorted(found[i]) for i in sorted(found)}


def _spared(layers: Mapping[int, LayerNeeds], experts: Experts) -> float:
    """Return what the CPU need not read for a token, and could have read in hand-offs."""
    saved = sum(layers[i].saved(ids) for i, ids in experts.items())
    return saved + _HAND_OFF_BYTES * sum(is_whole(layers[i], ids) for i, ids in experts.items())
