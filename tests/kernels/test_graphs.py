# SPDX-License-Identifier: Apache-2.0
"""A captured sequence, replayed, computes what the same launches compute at once: bit for bit."""

from __future__ import annotations

import functools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ktdesk import _native
from ktdesk._native import Stream
from ktdesk.formats.quant import WeightType
from ktdesk.kernels.streams import open_stream
from tests.kernels.launches import LAUNCHES, Workspace


@functools.cache
def stream_of(isa: str, threads: int) -> Stream:
    """Return the same stream every time: examples are many, and threads cost time to start."""
    return open_stream(threads, isa)


@st.composite
def workspaces(draw: st.DrawFn) -> Workspace:
    kind = draw(st.sampled_from([WeightType.F32, WeightType.BF16, WeightType.Q4_0]))
    width = draw(st.integers(2, 200)) if kind.is_float else 32 * draw(st.integers(1, 6))
    return Workspace(draw(st.integers(1, 6)), width, kind)


def launch(work: Workspace, names: list[str], stream: Stream) -> list[Tensor]:
    """Launch by name; return tensors that must live as long as what was launched."""
    return [tensor for name in names for tensor in getattr(work, name)(stream)]


@pytest.mark.parametrize("isa", _native.isas())
@settings(max_examples=60)
@given(
    work=workspaces(),
    names=st.lists(st.sampled_from(LAUNCHES), min_size=1, max_size=8),
    seeds=st.lists(st.integers(0, 10_000), min_size=1, max_size=3),
)
def test_a_replay_equals_the_eager_run(
    isa: str, work: Workspace, names: list[str], seeds: list[int]
) -> None:
    expected = []
    for seed in seeds:
        work.load(seed)
        launch(work, names, stream_of(isa, 1))
        expected.append(work.state())
    assert all(state[0].view(torch.float32).isfinite().all() for state in expected)
    for threads in (1, 2, 3, 4):
        stream = stream_of(isa, threads)
        stream.begin_capture()
        kept = launch(work, names, stream)
        graph = stream.end_capture()
        for seed, state in zip(seeds, expected, strict=True):
            work.load(seed)
            graph.replay()
            assert all(map(torch.equal, work.state(), state))
        del kept  # not before the last replay
