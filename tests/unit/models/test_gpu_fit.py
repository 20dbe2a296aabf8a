# SPDX-License-Identifier: Apache-2.0
"""Which parts of a model go to a card, as its memory allows."""

from __future__ import annotations

import pytest

from ktdesk.models.gpu_fit import choose_placement
from ktdesk.models.memory_needs import LayerNeeds, MemoryNeeds
from ktdesk.operators.placement import Placement
from ktdesk.operators.rules import SlotPath

# A dense layer, then five with experts, as DeepSeek has them.
LAYERS = (LayerNeeds(30, 0), *[LayerNeeds(10, 100)] * 5)
NEEDS = MemoryNeeds(LAYERS, head=20, reserve=7, streaming=40)
ALWAYS = 30 + 5 * 10 + 20 + 7


def layers_with_experts(placement: Placement) -> list[int]:
    """Return the layers whose routed experts a placement puts on the card."""
    slots = [SlotPath(f"layers.{i}.mlp.experts", "experts") for i in range(1, 6)]
    others = [SlotPath("lm_head", "linear")]
    chosen = placement.assign([*slots, *others])
    assert chosen["lm_head"].use == "*.cuda"
    return [i for i, slot in enumerate(slots, 1) if chosen[slot.path].use != "experts.host"]


def test_everything_on_the_card_needs_no_room_for_streaming() -> None:
    assert choose_placement(NEEDS, ALWAYS + 500).name == "gpu_only"
    assert choose_placement(NEEDS, ALWAYS + 499).name != "gpu_only"


@pytest.mark.parametrize(
    ("left", "layers"), [(0, 0), (100, 0), (139, 0), (140, 1), (340, 3), (440, 4), (499, 4)]
)
def test_experts_fill_the_memory_layer_by_layer(left: int, layers: int) -> None:
    placement = choose_placement(NEEDS, ALWAYS + left)
    assert layers_with_experts(placement) == list(range(1, 1 + layers))
    assert placement.name.startswith("one_gpu")


def test_the_cpu_does_all_where_the_rest_has_no_room() -> None:
    assert choose_placement(NEEDS, ALWAYS - 1).name == "cpu_only"
    assert choose_placement(NEEDS, 0).name == "cpu_only"


def test_a_model_without_experts_fits_or_does_not() -> None:
    needs = MemoryNeeds((LayerNeeds(10, 0),) * 4, head=20, reserve=7, streaming=40)
    assert choose_placement(needs, 67).name == "gpu_only"
    assert choose_placement(needs, 66).name == "cpu_only"
