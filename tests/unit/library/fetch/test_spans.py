# SPDX-License-Identifier: Apache-2.0
"""What spans leave of a file, against the same in single bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ktdesk.library.fetch.spans import gaps, total

SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted).map(tuple))


@given(SPANS, st.integers(0, 30))
def test_gaps_are_the_bytes_of_no_span(spans: list[tuple[int, int]], size: int) -> None:
    found = gaps(spans, size)
    covered = {at for start, end in spans for at in range(start, end)}
    assert [at for start, end in found for at in range(start, end)] == [
        at for at in range(size) if at not in covered
    ]
    assert all(start < end for start, end in found)
    assert total(found) == len(set(range(size)) - covered)
