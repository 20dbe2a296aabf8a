# SPDX-License-Identifier: Apache-2.0
"""Memory for weights: zeros at a boundary, writable, there as long as it is looked at."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from ktdesk.errors import MemoryShortage
from ktdesk.kernels.memory import allocate, grants_huge_pages

HUGE = 2 << 20


@pytest.mark.parametrize("size", [1, 4096, HUGE - 1, HUGE, 3 * HUGE + 5])
def test_it_is_zeros_from_a_boundary(size: int) -> None:
    memory = allocate(size)
    assert memory.shape == (size,)
    assert memory.ctypes.data % HUGE == 0
    assert not memory.any()
    memory[:] = 7
    assert (memory == 7).all()


def test_pieces_do_not_touch_each_other() -> None:
    pieces = [allocate(100_000) for _ in range(20)]
    for value, piece in enumerate(pieces):
        piece[:] = value
    assert all((piece == value).all() for value, piece in enumerate(pieces))


def test_it_lives_as_long_as_a_view() -> None:
    view = allocate(2 * HUGE)[HUGE:].view(np.float32)
    view[:] = 1.5
    gc.collect()
    others = [allocate(2 * HUGE) for _ in range(4)]
    for other in others:
        other[:] = 0xFF
    assert (view == 1.5).all()


def test_it_costs_address_space_only() -> None:
    """What was not written is never paid for: else this would take a minute."""
    for _ in range(100):
        allocate(1 << 30)[-1] = 1


def test_more_than_there_can_be_is_a_shortage() -> None:
    with pytest.raises(MemoryShortage, match="Not enough memory on the CPU") as caught:
        allocate(1 << 60)
    assert caught.value.needed_bytes == 1 << 60
    assert caught.value.hint


@pytest.mark.parametrize("size", [0, -1])
def test_no_bytes_are_an_error(size: int) -> None:
    with pytest.raises(ValueError, match="at least one byte"):
        allocate(size)


def test_huge_pages_are_granted_or_not() -> None:
    assert grants_huge_pages() in (True, False)
