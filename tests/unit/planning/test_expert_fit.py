# SPDX-License-Identifier: Apache-2.0
"""Which experts a card is proposed: never more than fit, and the CPU never spared less than so."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from ktdesk.planning.card_needs import LayerNeeds
from ktdesk.planning.expert_fit import Experts, fill, largest_that_fit, most_used

HALF = 0.5  # of a layer's bytes are read for a token


@given(
    st.lists(st.sampled_from([70, 83, 101]), max_size=8),
    st.integers(min_value=0, max_value=800),
)
def test_no_other_choice_of_layers_that_fits_holds_more(sizes: list[int], room: int) -> None:
    chosen = sum(sizes[layer] for layer in largest_that_fit(dict(enumerate(sizes)), room))
    all_sums = (sum(some) for count in range(len(sizes) + 1) for some in combinations(sizes, count))
    assert chosen == max(total for total in all_sums if total <= room)


@st.composite
def layers(draw: st.DrawFn, sizes: tuple[int, ...]) -> dict[int, LayerNeeds]:
    """Draw up to four layers of three experts, and how often those are chosen."""
    found: dict[int, LayerNeeds] = {}
    for layer in range(draw(st.integers(1, 4))):
        counts = draw(st.lists(st.integers(1, 50), min_size=3, max_size=3))
        shares = tuple(count / sum(counts) for count in counts)
        size = 3 * draw(st.sampled_from(sizes))
        found[layer] = LayerNeeds(5, size, HALF * size, shares)
    return found


def size_of(needs: dict[int, LayerNeeds], experts: Experts) -> int:
    return sum(needs[i].expert_bytes * len(ids) for i, ids in experts.items())


def saved_by(needs: dict[int, LayerNeeds], experts: Experts) -> float:
    return sum(needs[i].saved(ids) for i, ids in experts.items())


def best_of_all(needs: dict[int, LayerNeeds], room: int) -> float:
    """Return what the best of all choices that fit spares the CPU."""
    single = [
        (layer.expert_bytes, layer.read * share)
        for layer in needs.values()
        for share in layer.shares
    ]
    choices = (some for count in range(len(single) + 1) for some in combinations(single, count))
    fitting = (some for some in choices if sum(size for size, _ in some) <= room)
    return max(sum(worth for _, worth in some) for some in fitting)


ROOM = st.integers(min_value=0, max_value=150)


@given(layers((10,)), ROOM)
def test_no_other_choice_of_experts_spares_more(needs: dict[int, LayerNeeds], room: int) -> None:
    found = most_used(needs, room)
    assert size_of(needs, found) <= room
    assert saved_by(needs, found) >= best_of_all(needs, room) - 1e-9


@given(layers((8, 13)), ROOM)
def test_of_unequal_sizes_at_most_one_experts_worth_is_missed(
    needs: dict[int, LayerNeeds], room: int
) -> None:
    found = most_used(needs, room)
    most = max(layer.read * share for layer in needs.values() for share in layer.shares)
    assert size_of(needs, found) <= room
    assert saved_by(needs, found) >= best_of_all(needs, room) - most


@given(layers((8, 13)), ROOM)
def test_a_card_is_filled_but_for_less_than_an_expert(
    needs: dict[int, LayerNeeds], room: int
) -> None:
    found = fill(needs, room)
    left = room - size_of(needs, found)
    assert left >= 0
    missing = [i for i, layer in needs.items() if len(found.get(i, ())) < len(layer.shares)]
    assert all(needs[i].expert_bytes > left for i in missing)


def test_where_use_is_even_layers_come_whole_and_one_after_another() -> None:
    even = LayerNeeds(5, 40, 20.0, (0.25,) * 4)
    found = fill(dict.fromkeys(range(4), even), 40 + 40 + 35)
    assert {i: list(ids) for i, ids in found.items()} == {
        0: [0, 1, 2, 3],
        1: [0, 1, 2, 3],
        2: [0, 1, 2],
    }


def test_experts_in_use_come_before_whole_layers() -> None:
    reads = 100_000_000.0  # beside which a hand-off is little
    skewed = LayerNeeds(5, 40, reads, (0.05, 0.45, 0.05, 0.45))
    found = fill(dict.fromkeys(range(3), skewed), 60)
    assert found == {0: [1, 3], 1: [1, 3], 2: [1, 3]}
