# SPDX-License-Identifier: Apache-2.0
"""A GPU's memory as Python sees it: budgets, what is given back, copies, and errors in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ktdesk.errors import DeviceError, MemoryShortage
from ktdesk.kernels.cuda_module import load_cuda
from tests.gpu.under_test import Choice, emulated_module

COUNT = 10_000
BUDGET = 1 << 30


@pytest.fixture(scope="module")
def cuda() -> Any:
    """The module of the card, or of the emulated one."""
    return load_cuda() if Choice.is_card else emulated_module()


@pytest.fixture
def arena(cuda: Any) -> Any:
    return cuda.Arena(0, BUDGET)


def pinned_array(memory: Any) -> np.ndarray:
    return np.frombuffer(memory, np.uint8)


def test_there_is_a_card(cuda: Any) -> None:
    facts = cuda.facts()
    assert not facts.problem
    card = facts.devices[0]
    assert not card.problem
    assert card.memory_bytes >= BUDGET
    assert card.compute_capability >= (8, 0)
    assert card.name


def test_memory_goes_back_with_its_object(arena: Any) -> None:
    before = arena.used_bytes
    memory = arena.allocate(COUNT)
    assert memory.address % 256 == 0
    assert memory.size_bytes == COUNT
    assert arena.used_bytes >= before + COUNT
    del memory
    assert arena.used_bytes == before


def test_memory_keeps_its_arena(cuda: Any) -> None:
    stream = cuda.Stream(cuda.Arena(0, BUDGET))
    memory = cuda.Arena(0, BUDGET).allocate(COUNT)
    stream.fill(memory.address, 1, COUNT)
    stream.synchronize()


def test_a_budget_is_kept_to(arena: Any) -> None:
    held = arena.allocate((BUDGET - arena.used_bytes) // 2)
    with pytest.raises(MemoryShortage, match=r"1\.1 GB may be used") as caught:
        arena.allocate(BUDGET)
    assert caught.value.needed_bytes == BUDGET
    assert caught.value.available_bytes <= BUDGET - held.size_bytes
    assert "--vram" in caught.value.hint


def test_no_bytes_and_no_card(cuda: Any, arena: Any) -> None:
    with pytest.raises(ValueError, match="no bytes"):
        arena.allocate(0)
    with pytest.raises(ValueError, match="no bytes"):
        cuda.PinnedMemory(0)
    with pytest.raises(DeviceError, match="The graphics card reports an error"):
        cuda.Arena(99, BUDGET)


def test_bytes_go_there_and_back(cuda: Any, arena: Any) -> None:
    stream = cuda.Stream(arena)
    sent, received = cuda.PinnedMemory(COUNT), cuda.PinnedMemory(COUNT)
    assert not pinned_array(received).any()
    assert pinned_array(sent).ctypes.data == sent.address
    values = np.random.default_rng(1).integers(0, 256, COUNT, np.uint8)
    pinned_array(sent)[:] = values

    a, b = arena.allocate(COUNT), arena.allocate(COUNT)
    stream.copy_to_device(a.address, sent.address, COUNT)
    stream.copy(b.address, a.address, COUNT)
    stream.fill(b.address, 7, 10)
    stream.copy_to_host(received.address, b.address, COUNT)
    stream.synchronize()
    assert (pinned_array(received)[:10] == 7).all()
    assert (pinned_array(received)[10:] == values[10:]).all()


def test_what_is_written_during_a_capture_is_there_at_once(cuda: Any, arena: Any) -> None:
    stream, constant, result = cuda.Stream(arena), arena.allocate(COUNT), cuda.PinnedMemory(COUNT)
    values = np.full(COUNT, 5, np.uint8)
    stream.begin_capture()
    stream.write(constant.address, values.ctypes.data, COUNT)
    values[:] = 9  # it was read when the call returned
    stream.copy_to_host(result.address, constant.address, COUNT)
    graph = stream.end_capture()
    assert not pinned_array(result).any()
    graph.replay()
    stream.synchronize()
    assert (pinned_array(result) == 5).all()
