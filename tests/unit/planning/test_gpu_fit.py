# SPDX-License-Identifier: Apache-2.0
"""Which parts of a model go to a card, as its memory allows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ktdesk.operators.placement import Placement
from ktdesk.operators.rules import SlotPath
from ktdesk.planning.card_needs import CardNeeds, LayerNeeds
from ktdesk.planning.gpu_fit import choose_placement

# A dense layer, then five with four experts, as DeepSeek has them.
EVENLY = (0.25,) * 4
LAYERS = (LayerNeeds(30, 0), *[LayerNeeds(10, 100, 50, EVENLY)] * 5)
NEEDS = CardNeeds(LAYERS, head=20, reserve=7, streaming=40)
ALWAYS = 30 + 5 * 10 + 20 + 7


PATHS = [
    SlotPath("embed_tokens", "embedding"),
    SlotPath("rotary", "rotary"),
    *[SlotPath(f"layers.{i}.self_attn.o_proj", "linear") for i in range(6)],
    *[SlotPath(f"layers.{i}.mlp.experts", "experts") for i in range(1, 6)],
    SlotPath("norm", "norm"),
    SlotPath("lm_head", "linear"),
]


def cards_of(placement: Placement) -> dict[str, int]:
    """Return the card of each slot. Raises if a rule matches nothing, as a plan would."""
    return {path: rule.card for path, rule in placement.assign(PATHS).items()}


def layers_with_experts(placement: Placement) -> list[int]:
    """Return the layers whose routed experts a placement puts on a card."""
    chosen = placement.assign(PATHS)
    assert chosen["lm_head"].use == "*.cuda"
    return [i for i in range(1, 6) if chosen[f"layers.{i}.mlp.experts"].use != "experts.host"]


def test_everything_on_the_card_needs_no_room_for_streaming() -> None:
    assert choose_placement(NEEDS, [ALWAYS + 500]).name == "gpu_only"
    assert choose_placement(NEEDS, [ALWAYS + 499]).name != "gpu_only"


@pytest.mark.parametrize(
    ("left", "layers"), [(0, 0), (100, 0), (139, 0), (140, 1), (340, 3), (440, 4), (499, 4)]
)
def test_experts_fill_the_memory_layer_by_layer(left: int, layers: int) -> None:
    placement = choose_placement(NEEDS, [ALWAYS + left])
    assert layers_with_experts(placement) == list(range(1, 1 + layers))
    assert placement.name.startswith("one_gpu")


def test_the_cpu_does_all_where_the_rest_has_no_room() -> None:
    assert choose_placement(NEEDS, [ALWAYS - 1]).name == "cpu_only"
    assert choose_placement(NEEDS, []).name == "cpu_only"


def test_a_model_without_experts_fits_or_does_not() -> None:
    needs = CardNeeds((LayerNeeds(10, 0),) * 4, head=20, reserve=7, streaming=40)
    assert choose_placement(needs, [67]).name == "gpu_only"
    assert choose_placement(needs, [66]).name == "cpu_only"


def test_one_card_is_enough_where_all_fits() -> None:
    assert choose_placement(NEEDS, [ALWAYS + 500, ALWAYS + 500]).name == "gpu_only"
    second = choose_placement(NEEDS, [0, ALWAYS + 500])
    assert second.name == "gpu_only on card 1"
    assert {card for path, card in cards_of(second).items() if path != "rotary"} == {1}


def test_layers_stand_on_cards_in_proportion_to_their_room() -> None:
    placement = choose_placement(NEEDS, [400 + 7, 250 + 7])
    assert placement.name == "gpu_only over 2 cards"
    cards = cards_of(placement)
    assert [cards[f"layers.{i}.self_attn.o_proj"] for i in range(6)] == [0, 0, 0, 0, 1, 1]
    assert [cards[f"layers.{i}.mlp.experts"] for i in range(1, 6)] == [0, 0, 0, 1, 1]
    assert (cards["embed_tokens"], cards["norm"], cards["lm_head"]) == (0, 1, 1)


def test_cards_that_together_hold_some_experts_only() -> None:
    # 30 + 10 + 10, 100 for experts and 40 for streaming, on each; the head is 20.
    placement = choose_placement(NEEDS, [50 + 140 + 7, 50 + 140 + 7])
    assert placement.name == "one_gpu over 2 cards, experts of 2 of 5 layers on them"
    cards = cards_of(placement)
    for layer in range(1, 6):  # experts of the CPU work for the card of their layer
        assert cards[f"layers.{layer}.mlp.experts"] == cards[f"layers.{layer}.self_attn.o_proj"]
    chosen = {cards[f"layers.{i}.mlp.experts"] for i in layers_with_experts(placement)}
    assert chosen == {0, 1}


def test_a_second_card_that_brings_few_experts_is_left_alone() -> None:
    alone = choose_placement(NEEDS, [ALWAYS + 139])
    assert choose_placement(NEEDS, [ALWAYS + 139, 26]) == alone
    assert set(cards_of(alone).values()) == {0}


@pytest.mark.parametrize(("left", "ids"), [(64, None), (65, [0]), (90, [0, 1]), (139, ["0-2"])])
def test_what_no_whole_layer_fits_into_takes_single_experts(
    left: int, ids: list[int | str] | None
) -> None:
    chosen = choose_placement(NEEDS, [ALWAYS + left]).assign(PATHS)
    found = [chosen[f"layers.{i}.mlp.experts"].options.get("resident") for i in range(1, 6)]
    assert found == [ids, None, None, None, None]


def test_their_placement_is_what_its_text_says() -> None:
    needs = replace(NEEDS, layers=(LAYERS[0], *[LayerNeeds(10, 100, 50, (0.1, 0.2, 0.3, 0.4))] * 5))
    placement = choose_placement(needs, [ALWAYS + 40 + 3 * 25, ALWAYS + 40])
    assert placement.name == "one_gpu, 3 single experts on it"
    assert "resident: [3]" in placement.write()
    assert Placement.parse(placement.name, placement.write()) == placement


def test_no_card_gets_more_than_it_has_room_for() -> None:
    for sizes in ([130, 130], [300, 90, 200], [60, 400], [120, 120, 120]):
        cards = cards_of(placement := choose_placement(NEEDS, sizes))
        experts = layers_with_experts(placement)
        taken = dict.fromkeys(cards.values(), NEEDS.reserve)
        for i, layer in enumerate(NEEDS.layers):
            card = cards[f"layers.{i}.self_attn.o_proj"]
            taken[card] += layer.always + layer.experts * (i in experts)
        taken[cards["lm_head"]] += NEEDS.head
        assert all(taken[card] <= sizes[card] for card in set(cards.values()) - {0}), sizes
        assert taken[0] <= max(sizes[0], NEEDS.reserve)
