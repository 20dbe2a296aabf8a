# SPDX-License-Identifier: Apache-2.0
"""The store of pages, against the plain list of what was saved."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ktdesk.runtime.pages import PageStore, common
from ktdesk.runtime.rows import Bytes

PAGE = 3
ROW_BYTES = 8
ENDLESS = 1 << 30

sequences = st.lists(st.lists(st.integers(0, 1), min_size=1, max_size=14), min_size=1, max_size=12)


def rows(tokens: Sequence[int], start: int, stop: int) -> Bytes:
    """Return rows that depend on every token up to their own, as those of a model do."""
    digests = [hashlib.sha256(bytes(tokens[: i + 1])).digest() for i in range(start, stop)]
    return np.frombuffer(b"".join(d[:ROW_BYTES] for d in digests), np.uint8)


def save(store: PageStore, tokens: list[int]) -> None:
    store.save(tokens, lambda start, stop: rows(tokens, start, stop))


def found(store: PageStore, tokens: list[int]) -> int:
    """Return how many tokens are found, having compared their rows."""
    at = 0
    for part in store.find(tokens):
        assert part.start == at
        assert part.page.tokens[: part.tokens] == tuple(tokens[at : at + part.tokens])
        kept = part.page.block[: part.tokens * ROW_BYTES]
        assert (kept == rows(tokens, at, at + part.tokens)).all()
        at += part.tokens
    return at


@given(sequences, st.lists(st.integers(0, 1), max_size=14))
def test_the_longest_beginning_is_found(saved: list[list[int]], wanted: list[int]) -> None:
    store = PageStore(ENDLESS, PAGE)
    for tokens in saved:
        save(store, tokens)
    assert found(store, wanted) == max(common(tokens, wanted) for tokens in saved)


@given(sequences)
def test_a_common_beginning_is_kept_once(saved: list[list[int]]) -> None:
    store = PageStore(ENDLESS, PAGE)
    for tokens in saved:
        save(store, tokens)
    whole = {tuple(t[:end]) for t in saved for end in range(PAGE, len(t) + 1, PAGE)}
    rest = {tuple(t) for t in saved if len(t) % PAGE}
    # A last page of which another one holds all is not needed; one may yet be left behind.
    least = len(whole) * PAGE * ROW_BYTES
    most = least + sum(len(t) % PAGE for t in rest) * ROW_BYTES
    assert least <= store.size_bytes <= most


@given(sequences, st.integers(0, 20))
def test_the_budget_is_kept_and_what_is_found_is_right(saved: list[list[int]], most: int) -> None:
    store = PageStore(most * ROW_BYTES, PAGE)
    for tokens in saved:
        save(store, tokens)
        assert store.size_bytes <= store.budget_bytes
        assert found(store, tokens) >= min(most, len(tokens)) // PAGE * PAGE
        for earlier in saved:
            found(store, earlier)


def test_the_least_recently_used_goes_first_and_never_a_beginning_in_use() -> None:
    store = PageStore(4 * PAGE * ROW_BYTES, PAGE)
    system, one, two, three = [0, 0, 0], [1, 1, 1], [2, 2, 2], [3, 3, 3]
    for chat in (one, two):
        save(store, system + chat)
    assert len(store) == 3
    found(store, system + one)
    save(store, [*three, *three])
    assert found(store, system + one) == 6
    assert found(store, system + two) == 3
    assert found(store, three) == 3


def test_without_a_budget_nothing_is_kept() -> None:
    store = PageStore(0, PAGE)
    save(store, [1, 2, 3])
    assert (len(store), found(store, [1, 2, 3])) == (0, 0)
