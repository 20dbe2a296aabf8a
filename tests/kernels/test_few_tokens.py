# SPDX-License-Identifier: Apache-2.0
"""Steps of a few tokens compute each as a step of its own would, bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from torch import Tensor

from ktdesk.devices.base import Device
from ktdesk.devices.cpu import CpuDevice
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.kernels import cpu, native, reference
from ktdesk.kernels.attention import STEP_TOKENS, attention, attention_sections
from ktdesk.kernels.cache_types import CacheType
from ktdesk.kernels.experts import (
    ExpertWeights,
    expert_plan,
    experts_down,
    experts_up,
    plan_size,
)
from ktdesk.operators.attention import section_room
from tests.gpu.under_test import gpu_device
from tests.kernels.samples import as_activations, make_weight, random

if TYPE_CHECKING:
    from ktdesk.kernels.launches import Stream

kinds = pytest.mark.parametrize("kind", WeightType, ids=lambda kind: kind.name)


def layouts(stream: Stream, weight: Weight) -> list[Weight]:
    """Return the weight as it is stored and, where that can be, interleaved."""
    room = 0 if stream.is_gpu else cpu.interleaved_bytes(weight)
    copies = [cpu.interleave(stream, weight, np.zeros(room, np.uint8))] if room else []
    return [weight, *copies]


def bits(x: Tensor) -> Tensor:
    return x.view(torch.int32)


@kinds
def test_products(stream: Stream, kind: WeightType) -> None:
    columns = {1: 1033, 128: 1280, 256: 1280}.get(kind.block_size, 1088)
    for weight in layouts(stream, make_weight(kind, 48, columns)):
        x = random(STEP_TOKENS, 1, columns)

        def run(x: Tensor, weight: Weight = weight) -> Tensor:
            out = torch.empty(len(x), 1, weight.rows)
            native.linear(stream, weight, as_activations(stream, weight, x)[0], out)
            return out

        single = torch.cat([run(x[t : t + 1]) for t in range(STEP_TOKENS)])
        for tokens in range(2, STEP_TOKENS + 1):
            assert torch.equal(bits(run(x[:tokens])), bits(single[:tokens]))


@kinds
@pytest.mark.parametrize("here", [5, 1])
def test_experts(stream: Stream, kind: WeightType, here: int) -> None:
    """here: how many of the experts' matrices there are. With one, all tokens use that."""
    width = 64 if kind.is_float else max(64, kind.block_size)
    experts, used = here, 3
    slots = None if here == 5 else torch.tensor([1, 0, 1, 1, 1], dtype=torch.int32)
    parts = [layouts(stream, make_weight(kind, experts, width, width, seed=s)) for s in range(3)]
    # One expert that all tokens use, and others that some do.
    some = [[1, 4, 0], [3, 1, 4], [0, 1, 2], [1, 2, 3], [2, 1, 0], [1, 3, 4], [4, 2, 1], [1, 0, 3]]
    ids = torch.tensor(some, dtype=torch.int32)
    x, shares = random(STEP_TOKENS, width), random(STEP_TOKENS, used).abs()
    for gate, up, down in zip(*parts, strict=True):
        weights = ExpertWeights(gate, up, down)

        def run(at: slice, weights: ExpertWeights = weights) -> Tensor:
            some = ids[at].contiguous()
            source = as_activations(stream, parts[0][0], x[at])[0]
            plan = torch.empty(plan_size(some.numel(), experts), dtype=torch.int32)
            hidden = torch.empty(some.numel(), source.shape[1], dtype=source.dtype)
            out = torch.empty(len(some), width)
            expert_plan(stream, some, plan, experts=experts, slots=slots)
            experts_up(stream, weights, source, source, plan, hidden)
            experts_down(stream, weights, hidden, plan, shares[at].contiguous(), None, out)
            return out

        single = torch.cat([run(slice(t, t + 1)) for t in range(STEP_TOKENS)])
        for tokens in range(2, STEP_TOKENS + 1):
            assert torch.equal(bits(run(slice(tokens))), bits(single[:tokens]))


STARTS = {
    "at the beginning": range(STEP_TOKENS),
    "from a block's end": range(253, 253 + STEP_TOKENS),
    "far from it": range(1500, 1500 + STEP_TOKENS),
    "of several sequences": [0, 700, 5, 63, 1400, 64, 300, 1100],
}


@pytest.mark.parametrize("kind", CacheType)
@pytest.mark.parametrize("at", STARTS.values(), ids=STARTS)
def test_attention(stream: Stream, kind: CacheType, at: Sequence[int]) -> None:
    heads, size = 16, 64
    positions = torch.tensor(at, dtype=torch.int32)
    # Sequences overlap, since what is read matters here and not by whom.
    places = positions + (0 if isinstance(at, range) else torch.arange(STEP_TOKENS).int())
    cache = reference.to_cache(random(max(at) + STEP_TOKENS, 1, size), kind)
    q = random(STEP_TOKENS, heads, size)

    def run(some: slice, *, apart: bool) -> Tensor:
        out = torch.empty(len(q[some]), heads, size)
        room = torch.empty(len(out), heads, attention_sections(1, heads, 1), size + 2)
        arguments = (q[some], cache, cache, positions[some], out, 0.1, room)
        attention(stream, *arguments, places=places[some], rounds=True, apart=apart)
        return out

    single = torch.cat([run(slice(t, t + 1), apart=False) for t in range(STEP_TOKENS)])
    for tokens in (1, 2, STEP_TOKENS):
        together = run(slice(tokens), apart=True)
        assert torch.equal(bits(together), bits(single[:tokens]))


@pytest.mark.parametrize("open_device", [partial(CpuDevice, 1), gpu_device], ids=["cpu", "gpu"])
def test_rows_are_cut_as_for_one_token(open_device: Callable[[], Device]) -> None:
    device = open_device()
    outs = [torch.empty(tokens, 16, 8) for tokens in range(1, STEP_TOKENS + 1)]
    rooms = [section_room(device, out, 1) for out in outs]
    assert len({None if room is None else room.shape[2] for room in rooms}) == 1
