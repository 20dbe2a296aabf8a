# SPDX-License-Identifier: Apache-2.0
"""What a machine is proposed: never more than fits, and never less than could."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from ktdesk.operators.rules import Part
from ktdesk.planning.modules import Module
from ktdesk.planning.proposal import largest_that_fit


def experts(sizes: list[int]) -> tuple[Module, ...]:
    return tuple(
        Module(
            path=f"layers.{layer}.mlp.experts",
            kind="experts",
            part=Part.ROUTED,
            layer=layer,
            weights=size,
            size_bytes=size,
            read_bytes=size / 8,
            operations=size / 4,
        )
        for layer, size in enumerate(sizes)
    )


@given(
    st.lists(st.sampled_from([70, 83, 101]), max_size=8),
    st.integers(min_value=0, max_value=800),
)
def test_no_other_choice_that_fits_holds_more(sizes: list[int], room: int) -> None:
    modules = experts(sizes)
    chosen = sum(module.size_bytes for module in largest_that_fit(modules, room))
    all_sums = (sum(some) for count in range(len(sizes) + 1) for some in combinations(sizes, count))
    assert chosen == max(total for total in all_sums if total <= room)
