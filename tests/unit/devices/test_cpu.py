# SPDX-License-Identifier: Apache-2.0
"""The CPU device: step inputs, captures, and what outlives them."""

from __future__ import annotations

import gc
import weakref

import pytest
import torch

from ktdesk.devices.buffers import StepInputs
from ktdesk.devices.cpu import CpuDevice
from ktdesk.kernels import cpu


def test_step_inputs_are_written_in_place() -> None:
    inputs = StepInputs(3)
    addresses = inputs.tokens.data_ptr(), inputs.positions.data_ptr()
    inputs.load([7, 8, 9], 40)
    assert inputs.tokens.tolist() == [7, 8, 9]
    assert inputs.positions.tolist() == [40, 41, 42]
    assert (inputs.tokens.data_ptr(), inputs.positions.data_ptr()) == addresses
    assert inputs.tokens.dtype == inputs.positions.dtype == torch.int32


def test_captured_work_runs_on_replay_only() -> None:
    device, x = CpuDevice(2), torch.ones(64)
    with device.capture() as graph:
        cpu.add(device.stream, x, x, x)
    assert x[0] == 1
    graph.replay()
    graph.replay()
    assert x[0] == 4


def test_a_graph_keeps_the_tensors_of_its_capture_and_no_others() -> None:
    device = CpuDevice(1)
    before = weakref.ref(device.empty(8))
    with device.capture() as graph:
        during = weakref.ref(device.empty(8))
    gc.collect()
    assert before() is None
    assert during() is not None
    del graph
    gc.collect()
    assert during() is None


def test_after_a_capture_that_failed_work_runs_at_once() -> None:
    device, x = CpuDevice(1), torch.ones(64)
    with pytest.raises(ZeroDivisionError), device.capture():
        raise ZeroDivisionError
    cpu.add(device.stream, x, x, x)
    assert x[0] == 2


def test_room_for_int8_blocks_has_a_scale_and_three_sums_per_32() -> None:
    room = CpuDevice(1).empty_q8(3, 64)
    assert (room.shape, room.dtype) == ((3, 64 + 2 * 16), torch.uint8)
