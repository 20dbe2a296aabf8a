# SPDX-License-Identifier: Apache-2.0
"""The CPU device: step inputs, captures, and what outlives them."""

from __future__ import annotations

import ctypes
import gc
import weakref

import pytest
import torch

from ktdesk.devices.buffers import Part, StepInputs
from ktdesk.devices.cpu import CpuDevice
from ktdesk.errors import Cancelled
from ktdesk.formats.quant import WeightType
from ktdesk.kernels import native
from ktdesk.kernels.streams import Flag
from tests.kernels.samples import make_weight


def test_step_inputs_are_written_in_place() -> None:
    inputs = StepInputs(3)
    tensors = inputs.tokens, inputs.positions, inputs.places
    addresses = [x.data_ptr() for x in tensors]
    inputs.load([7, 8, 9], 40)
    assert [x.tolist() for x in tensors] == [[7, 8, 9], [40, 41, 42], [40, 41, 42]]
    inputs.load_parts([Part([3], 5, base=100), Part([4, 5], 0, base=64)])
    assert [x.tolist() for x in tensors] == [[3, 4, 5], [5, 0, 1], [105, 64, 65]]
    assert [x.data_ptr() for x in (inputs.tokens, inputs.positions, inputs.places)] == addresses
    assert all(x.dtype == torch.int32 for x in tensors)


@pytest.mark.parametrize("tokens", [[7, 8], [7, 8, 9, 10]])
def test_a_step_takes_as_many_tokens_as_it_has_room_for(tokens: list[int]) -> None:
    with pytest.raises((ValueError, RuntimeError)):
        StepInputs(3).load(tokens, 0)


def test_captured_work_runs_on_replay_only() -> None:
    device, x = CpuDevice(2), torch.ones(64)
    with device.capture() as graph:
        native.add(device.stream, x, x, x)
    assert x[0] == 1
    graph.replay()
    graph.replay()
    assert x[0] == 4


def test_native_code_can_replay_a_graph_on_its_own() -> None:
    device, x = CpuDevice(2), torch.ones(64)
    with device.capture() as graph:
        native.add(device.stream, x, x, x)
    assert graph.native is not None
    function, argument = graph.native.job
    ctypes.CFUNCTYPE(None, ctypes.c_void_p)(function)(argument)
    assert x[0] == 2


def test_what_is_heeded_is_left_once_it_is_set() -> None:
    device, x, flag = CpuDevice(2), torch.ones(64), Flag()
    with device.capture() as graph:
        native.add(device.stream, x, x, x)
    with device.heeding(flag):
        graph.replay()
    flag.set()
    with pytest.raises(Cancelled), device.heeding(flag):
        native.add(device.stream, x, x, x)
    with pytest.raises(Cancelled), device.heeding(flag):
        graph.replay()
    with pytest.raises(Cancelled), device.heeding(flag):
        device.check_left()
    assert x[0] == 2
    device.check_left()
    graph.replay()
    with device.heeding(None):
        graph.replay()
    assert x[0] == 8


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
    native.add(device.stream, x, x, x)
    assert x[0] == 2


def test_room_for_int8_blocks_has_a_scale_and_three_sums_per_32() -> None:
    weight = make_weight(WeightType.Q4_0, 8, 64)
    room = CpuDevice(1).room_for(weight, 3, 1)
    assert (room.shape, room.dtype) == ((3, 64 + 2 * 16), torch.uint8)
