# SPDX-License-Identifier: Apache-2.0
"""Streams: which kernels they launch, and the order of their calls."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import torch

from ktdesk import _native
from ktdesk._native import Stream, ThreadPool
from ktdesk.errors import DeviceError
from ktdesk.kernels import native
from ktdesk.kernels.streams import open_stream


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_instruction_sets_of_this_machine() -> None:
    assert _native.isas()[0] == _native.isa()
    assert _native.isas()[-1] == "scalar"
    assert set(_native.isas()) <= set(_native.all_isas())
    assert set(_native.kernel_tables().values()) <= set(_native.isas())


def test_an_unknown_instruction_set_is_an_error_that_names_the_known() -> None:
    with pytest.raises(DeviceError, match="'sse9'") as error:
        open_stream(1, "sse9")
    assert "avx2, scalar" in error.value.hint
    with pytest.raises(ValueError, match="no kernels"):
        Stream(ThreadPool(1), "sse9")


def test_an_unknown_name_in_the_environment_is_an_error() -> None:
    """In a process of its own, since the variable is read once."""
    code = "from ktdesk.devices.cpu import CpuDevice; CpuDevice(1)"
    done = run_python(code, KTDESK_ISA="sse9")
    assert done.returncode == 1
    assert "DeviceError: The variable KTDESK_ISA" in done.stderr


@pytest.mark.parametrize("threads", [0, -1, 1025])
def test_a_pool_of_no_threads_or_of_too_many(threads: int) -> None:
    with pytest.raises(DeviceError, match="1 to 1024") as error:
        open_stream(threads)
    assert "fewer threads" in error.value.hint


@pytest.mark.skipif(sys.platform != "linux", reason="limits of a process are Linux's")
def test_threads_that_the_system_refuses() -> None:
    """In a process of its own, with address space for the stacks of a few threads."""
    code = """
import resource
from ktdesk.kernels.streams import open_stream
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**28, used + 2**28))
open_stream(500)
"""
    done = run_python(code)
    assert done.returncode == 1
    assert "DeviceError: 500 threads cannot be started" in done.stderr


def test_a_stream_keeps_its_pool_and_a_graph_its_stream() -> None:
    total, one = torch.zeros(3), torch.ones(3)
    stream = Stream(ThreadPool(2))
    stream.begin_capture()
    native.add(stream, total, one, total)
    graph = stream.end_capture()
    del stream
    graph.replay()
    graph.replay()
    assert len(graph) == 1
    assert torch.equal(total, torch.full((3,), 2.0))


def test_nothing_runs_during_a_capture() -> None:
    total, one = torch.zeros(3), torch.ones(3)
    stream = open_stream(1)
    stream.begin_capture()
    native.add(stream, total, one, total)
    assert torch.equal(total, torch.zeros(3))
    stream.end_capture()
    native.add(stream, total, one, total)
    assert torch.equal(total, one)


def test_captures_out_of_turn_are_errors() -> None:
    stream = open_stream(1)
    with pytest.raises(RuntimeError, match="not capturing"):
        stream.end_capture()
    stream.begin_capture()
    with pytest.raises(RuntimeError, match="already capturing"):
        stream.begin_capture()
    assert len(stream.end_capture()) == 0
