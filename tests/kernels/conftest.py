# SPDX-License-Identifier: Apache-2.0
"""Every test that takes a stream runs on each instruction set here, and on the emulated GPU.

A test of what only the CPU has takes a `cpu_stream`, of what only GPUs have a `gpu_stream`.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from ktdesk import _native
from ktdesk._native import Stream as CpuStream
from ktdesk.kernels.streams import open_stream
from tests.gpu.under_test import LaunchedAtOnce, reach_host_memory

if TYPE_CHECKING:
    from ktdesk.kernels.launches import Stream


CPU_STREAMS = [*_native.isas(), "amx_emulated"]


@pytest.fixture(params=CPU_STREAMS)
def cpu_stream(request: pytest.FixtureRequest) -> CpuStream:
    return open_cpu_stream(request.param)


@pytest.fixture(params=[*CPU_STREAMS, "gpu"])
def stream(request: pytest.FixtureRequest) -> Stream | LaunchedAtOnce:
    if request.param == "gpu":
        return _gpu_stream()
    return open_cpu_stream(request.param)


@pytest.fixture
def gpu_stream() -> LaunchedAtOnce:
    return _gpu_stream()


@cache
def _gpu_stream() -> LaunchedAtOnce:
    reach_host_memory()
    return LaunchedAtOnce()


def open_cpu_stream(isa: str) -> CpuStream:
    stream = open_stream(3, isa)
    if isa == "amx_emulated" and not stream.has_tiles:
        pytest.skip("emulated tiles need AVX-512")
    return stream
