# SPDX-License-Identifier: Apache-2.0
"""What a machine is proposed: never more than fits, and never less than could."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from ktdesk.planning.gpu_fit import largest_that_fit


@given(
    st.lists(st.sampled_from([70, 83, 101]), max_size=8),
    st.integers(min_value=0, max_value=800),
)
def test_no_other_choice_that_fits_holds_more(sizes: list[int], room: int) -> None:
    chosen = sum(sizes[layer] for layer in largest_that_fit(dict(enumerate(sizes)), room))
    all_sums = (sum(some) for count in range(len(sizes) + 1) for some in combinations(sizes, count))
    assert chosen == max(total for total in all_sums if total <= room)
