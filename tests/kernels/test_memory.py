# SPDX-License-Identifier: Apache-2.0
"""Memory for weights: zeros at a boundary, writable, there as long as it is looked at."""

from __future__ import annotations

import gc
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from ktdesk._native import Stream, ThreadPool, topology
from ktdesk.errors import KernelError, MemoryShortage
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.hardware.processor import numa_nodes
from ktdesk.kernels.experts import expert_plan, plan_size
from ktdesk.kernels.memory import allocate, place_rows, read_experts
from ktdesk.kernels.streams import open_stream

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


def stream_of_two_nodes(tmp_path: Path) -> Stream:
    """A stream whose threads believe in a second socket."""
    files = {
        "proc/self/status": "Cpus_allowed_list:\t0-3\n",
        "sys/devices/system/node/online": "0-1\n",
        "sys/devices/system/node/node0/cpulist": "0-1\n",
        "sys/devices/system/node/node1/cpulist": "2-3\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")
    nodes = topology(str(tmp_path))
    assert [(node.id, node.cores) for node in nodes] == [(0, [[0], [1]]), (1, [[2], [3]])]
    return Stream(ThreadPool(4, nodes))


@pytest.mark.parametrize("shape", [(3, 50, 100), (2, 64, 200_000), (1, 3, 5000)])
def test_placed_rows_are_zeros_between_what_they_were(
    shape: tuple[int, int, int], tmp_path: Path
) -> None:
    size = math.prod(shape)
    memory = allocate(size + 2 * 4096)
    memory[:4096] = memory[-4096:] = 9
    rows = memory[4096:-4096].reshape(shape)
    place_rows(stream_of_two_nodes(tmp_path), rows)
    assert not rows.any()
    assert (memory[:4096] == 9).all()
    assert (memory[-4096:] == 9).all()
    rows[:] = 5
    assert (rows == 5).all()


@pytest.mark.skipif(len(numa_nodes()) > 1, reason="this machine has several nodes")
def test_on_one_node_nothing_is_touched() -> None:
    rows = allocate(1000).reshape(10, 10, 10)
    rows[:] = 3
    place_rows(open_stream(2), rows)
    assert (rows == 3).all()


def test_rows_that_do_not_follow_each_other_are_refused() -> None:
    rows = allocate(1000).reshape(10, 10, 10)
    for refused in (rows[:, ::2], rows[0]):
        with pytest.raises(KernelError, match="follow each other"):
            place_rows(open_stream(1), refused)


def test_reading_ahead_takes_any_plan(tmp_path: Path) -> None:
    """Nothing but time shows what was fetched; that it does no harm, also at the file's end."""
    path = tmp_path / "weights"
    path.write_bytes(bytes(range(256)) * 4 * 34 * 3)
    data = np.memmap(path, np.uint8, "r")
    weight = Weight("experts", WeightType.Q8_0, (3, 128, 256), data.reshape(384, -1))
    stream = open_stream(2)
    for chosen in ([0], [2, 2], [0, 1, 2]):
        plan = torch.empty(plan_size(len(chosen), 3), dtype=torch.int32)
        expert_plan(stream, torch.tensor([chosen], dtype=torch.int32), plan, experts=3)
        read_experts(stream, weight, plan)
    assert (data[:256] == np.arange(256)).all()
