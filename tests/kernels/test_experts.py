# SPDX-License-Identifier: Apache-2.0
"""Routed experts: their grouping, and the chain of kernels against its definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor

from ktdesk import _native
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.kernels import reference
from ktdesk.kernels.activations import q8_bytes
from ktdesk.kernels.attention import STEP_TOKENS
from ktdesk.kernels.experts import (
    Activation,
    ExpertWeights,
    expert_plan,
    experts_down,
    experts_up,
    plan_size,
)
from ktdesk.kernels.streams import open_stream
from tests.compare import assert_close
from tests.kernels.samples import (
    FLOAT_SUMS,
    FLOAT_SUMS_REASON,
    as_activations,
    limit_of_products,
    make_weight,
    random,
    random_ids,
    values_of,
)

if TYPE_CHECKING:
    from ktdesk.kernels.launches import Stream

EXPERTS, USED = 5, 3
# Int8 blocks: the largest of 32 normal values is about 2, rarely 4, and hidden ones, products of
# two, are spread wider. Both x and hidden are rounded.
INT8 = 4e-4
INT8_REASON = "the squares of two steps, of x at most 4 / 127, of products 9 / 127, over 12"
ACTIVATIONS: tuple[Activation, ...] = ("silu", "gelu", "gelu_erf", "clamped_silu")


def uneven_ids(tokens: int) -> Tensor:
    """Return ids [tokens, 3]: expert 1 has every token, expert 2 none, the others some."""
    return torch.tensor(
        [[1, 4 if t % 4 == 0 else 3, 4 if t % 4 == 2 else 0] for t in range(tokens)]
    ).int()


def make_experts(kind: WeightType, activation: Activation = "silu") -> ExpertWeights:
    width, hidden = (33, 45) if kind.is_float else (kind.block_size, max(64, kind.block_size))
    gate, up = (make_weight(kind, EXPERTS, hidden, width, seed=s) for s in (1, 2))
    return ExpertWeights(gate, up, make_weight(kind, EXPERTS, width, hidden), activation)


def with_biases(weights: ExpertWeights) -> ExpertWeights:
    experts, hidden, width = weights.sizes()
    return replace(
        weights,
        gate_bias=random(experts, hidden, seed=1),
        up_bias=random(experts, hidden, seed=2),
        down_bias=random(experts, width),
    )


def hidden_for(stream: Stream, weights: ExpertWeights, pairs: int) -> Tensor:
    """Return room for the hidden activations, NaN or all bits set."""
    if weights.down.type.is_float or stream.is_gpu:
        return torch.full((pairs, weights.down.columns), torch.nan)
    return torch.full((pairs, q8_bytes(weights.down.columns)), 255, dtype=torch.uint8)


def run(
    stream: Stream,
    weights: ExpertWeights,
    x: Tensor,
    ids: Tensor,
    shares: Tensor,
    start: Tensor | None,
    slots: Tensor | None = None,
) -> Tensor:
    """Return the chain's result. All that it writes begins as NaN, or as numbers no plan has."""
    experts, _, _ = weights.sizes()
    plan = torch.full((plan_size(ids.numel(), experts),), -1, dtype=torch.int32)
    hidden = hidden_for(stream, weights, ids.numel())
    out = torch.full_like(x, torch.nan)
    gate_x, up_x = (as_activations(stream, weight, x)[0] for weight in (weights.gate, weights.up))
    expert_plan(stream, ids, plan, experts=experts, slots=slots)
    experts_up(stream, weights, gate_x, up_x, plan, hidden)
    experts_down(stream, weights, hidden, plan, shares, start, out)
    return out


def expected(weights: ExpertWeights, x: Tensor, ids: Tensor, shares: Tensor) -> Tensor:
    biases = (weights.gate_bias, weights.up_bias, weights.down_bias)
    gate_bias, up_bias, down_bias = (None if b is None else b.double() for b in biases)
    return reference.experts(
        x.double(),
        *(values_of(weight) for weight in (weights.gate, weights.up, weights.down)),
        ids,
        shares.double(),
        activation=weights.activation,
        gate_bias=gate_bias,
        up_bias=up_bias,
        down_bias=down_bias,
    )


@pytest.mark.parametrize(
    ("tokens", "used", "experts"),
    [(1, 1, 1), (1, 3, 7), (11, 4, 6), (1, 8, 256), (700, 6, 40), (300, 8, 1024), (5000, 2, 8)],
)
def test_expert_plan(stream: Stream, tokens: int, used: int, experts: int) -> None:
    ids = random_ids(tokens, used, experts)
    plan = torch.full((plan_size(ids.numel(), experts),), -1, dtype=torch.int32)
    expert_plan(stream, ids, plan, experts=experts)
    offsets, pairs = plan[: experts + 1].tolist(), plan[experts + 1 :]
    assert (offsets[0], offsets[-1]) == (0, ids.numel())
    for expert in range(experts):
        found = (ids.flatten() == expert).nonzero().flatten()
        assert torch.equal(pairs[offsets[expert] : offsets[expert + 1]].long(), found)
    active = sorted(set(ids.flatten().tolist()))
    assert pairs[ids.numel() :][: 1 + len(active)].tolist() == [len(active), *active]


def slots_of(here: Sequence[int], experts: int) -> Tensor:
    """Return the slots of experts that lie one after another, with no other between."""
    slots = torch.full((experts,), len(here), dtype=torch.int32)
    slots[list(here)] = torch.arange(len(here), dtype=torch.int32)
    return slots


@pytest.mark.parametrize(
    ("tokens", "used", "experts", "here"),
    [(1, 3, 7, 2), (1, 8, 256, 100), (11, 4, 6, 1), (300, 8, 1024, 1023), (5000, 2, 8, 5)],
)
def test_a_plan_of_some_experts(
    stream: Stream, tokens: int, used: int, experts: int, here: int
) -> None:
    ids = random_ids(tokens, used, experts)
    chosen = torch.randperm(experts, generator=torch.Generator().manual_seed(1))[:here].sort()[0]
    plan = torch.full((plan_size(ids.numel(), here),), -1, dtype=torch.int32)
    expert_plan(stream, ids, plan, experts=here, slots=slots_of(chosen.tolist(), experts))
    offsets, pairs = plan[: here + 1].tolist(), plan[here + 1 :]
    for slot, expert in enumerate(chosen.tolist()):
        found = (ids.flatten() == expert).nonzero().flatten()
        assert torch.equal(pairs[offsets[slot] : offsets[slot + 1]].long(), found)
    elsewhere = (~torch.isin(ids.flatten(), chosen)).nonzero().flatten()
    assert torch.equal(pairs[offsets[-1] : ids.numel()].long(), elsewhere)
    active = [slot for slot in range(here) if offsets[slot + 1] > offsets[slot]]
    assert pairs[ids.numel() :][: 1 + len(active)].tolist() == [len(active), *active]


def only(weights: ExpertWeights, here: Sequence[int]) -> ExpertWeights:
    def some(weight: Weight) -> Weight:
        blocks = weight.blocks.reshape(weight.shape[0], weight.shape[1], -1)[list(here)]
        shape = (len(here), *weight.shape[1:])
        return replace(weight, shape=shape, data=blocks.reshape(-1, blocks.shape[-1]))

    return replace(weights, gate=some(weights.gate), up=some(weights.up), down=some(weights.down))


@pytest.mark.parametrize("kind", [WeightType.F32, WeightType.Q4_K, WeightType.Q8_0])
@pytest.mark.parametrize("here", [[1], [2], [0, 3], [0, 1, 3, 4]])
@pytest.mark.parametrize("tokens", [1, 3, 8, 20, 300])
def test_of_a_tokens_experts_only_those_that_are_here(
    stream: Stream, kind: WeightType, here: list[int], tokens: int
) -> None:
    """Expert 2 is nobody's: where it alone is here, nothing is added."""
    weights, ids, shares = make_experts(kind), uneven_ids(tokens), random(tokens, USED)
    _, _, width = weights.sizes()
    x, start = random(tokens, width), random(tokens, width, seed=1)
    silenced = shares.where(torch.isin(ids, torch.tensor(here)), 0)
    out = run(stream, only(weights, here), x, ids, shares, start, slots_of(here, EXPERTS))
    if stream.is_gpu or kind.is_float:
        wanted = start.double() + expected(weights, x, ids, silenced)
        assert_close(out, wanted, *limit_of_products(stream, tokens, kind))
    else:  # of so few sums the rounding of activations varies
        assert torch.equal(out, run(stream, weights, x, ids, silenced, start))
    # The same where the others have their places, too.
    slots = torch.full((EXPERTS,), EXPERTS, dtype=torch.int32)
    slots[here] = torch.tensor(here, dtype=torch.int32)
    if tokens <= STEP_TOKENS:  # of more, how many experts there are chooses the way
        assert torch.equal(run(stream, weights, x, ids, shares, start, slots), out)


@pytest.mark.parametrize("kind", WeightType, ids=lambda kind: kind.name)
@pytest.mark.parametrize("tokens", [1, 3, 8, 20])
def test_experts_of_every_type(stream: Stream, kind: WeightType, tokens: int) -> None:
    weights, ids, shares = make_experts(kind), uneven_ids(tokens), random(tokens, USED)
    _, _, width = weights.sizes()
    x, start = random(tokens, width), random(tokens, width, seed=1)
    out = run(stream, weights, x, ids, shares, start)
    wanted = start.double() + expected(weights, x, ids, shares)
    if stream.is_gpu or kind.is_float:
        assert_close(out, wanted, *limit_of_products(stream, tokens, kind))
    else:
        assert_close(out, wanted, INT8, INT8_REASON)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("biased", [False, True])
def test_activations_and_biases(stream: Stream, activation: Activation, biased: bool) -> None:
    weights = make_experts(WeightType.F32, activation)
    if biased:
        weights = with_biases(weights)
    x, ids, shares = random(6, 33) * 8, uneven_ids(6), random(6, USED)  # some beyond the clamps
    out = run(stream, weights, x, ids, shares, None)
    assert_close(out, expected(weights, x, ids, shares), FLOAT_SUMS, FLOAT_SUMS_REASON)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations_of_large_values_are_finite(stream: Stream, activation: Activation) -> None:
    eye = make_weight(WeightType.F32, 1, 1, 1)
    weight = replace(eye, data=torch.ones(1, 1).numpy().view("uint8"))
    weights = ExpertWeights(weight, weight, weight, activation)
    x = torch.tensor([-1e15, -1000.0, -88.0, -5.0, 0.0, 5.0, 88.0, 1000.0, 1e15])[:, None]
    ids, shares = torch.zeros(9, 1, dtype=torch.int32), torch.ones(9, 1)
    out = run(stream, weights, x, ids, shares, None)
    wanted = expected(weights, x, ids, shares)
    relative = 3 * 2**-9 if stream.is_gpu else 2e-6  # three factors in bfloat16
    torch.testing.assert_close(out.double(), wanted, rtol=relative, atol=1e-6)


def test_types_that_meet_different_activations(stream: Stream) -> None:
    floats, blocks = make_experts(WeightType.F32), make_experts(WeightType.Q8_0)
    width, hidden = 32, 64
    gate = make_weight(WeightType.F16, EXPERTS, hidden, width)
    down = make_weight(WeightType.BF16, EXPERTS, width, hidden)
    assert floats.gate.type.is_float
    weights = replace(blocks, gate=gate, down=down)
    x, ids, shares = random(4, width), uneven_ids(4), random(4, USED)
    out = run(stream, weights, x, ids, shares, None)
    assert_close(out, expected(weights, x, ids, shares), INT8, INT8_REASON)


def test_more_tokens_than_are_taken_at_a_time(stream: Stream) -> None:
    weights, x = make_experts(WeightType.F32), random(600, 33)
    ids, shares = uneven_ids(600), random(600, USED)
    out = run(stream, weights, x, ids, shares, None)
    assert_close(
        out, expected(weights, x, ids, shares), *limit_of_products(stream, 600, WeightType.F32)
    )


@pytest.mark.parametrize("kind", [WeightType.BF16, WeightType.Q4_K])
def test_experts_in_bfloat16(stream: Stream, kind: WeightType) -> None:
    if not stream.has_tiles:
        pytest.skip("bfloat16 is for tiles")
    gate, up = (make_weight(kind, EXPERTS, 256, 256, seed=s) for s in (1, 2))
    weights = ExpertWeights(gate, up, make_weight(kind, EXPERTS, 256, 256))
    x, ids, shares = random(40, 256), uneven_ids(40), random(40, USED)
    plan = torch.empty(plan_size(ids.numel(), EXPERTS), dtype=torch.int32)
    hidden = torch.full((ids.numel(), 256), torch.nan, dtype=torch.bfloat16)
    out = torch.full_like(x, torch.nan)
    expert_plan(stream, ids, plan, experts=EXPERTS)
    experts_up(stream, weights, x.bfloat16(), x.bfloat16(), plan, hidden)
    experts_down(stream, weights, hidden, plan, shares, None, out)
    reason = "three roundings to eight bits, 2^-9 at most each: squared, over 3"
    assert_close(out, expected(weights, x, ids, shares), 1.2e-5, reason)


@pytest.mark.parametrize("kind", [WeightType.BF16, WeightType.Q4_K])
@pytest.mark.parametrize("tokens", [1, 20])
@pytest.mark.parametrize("isa", _native.isas())
def test_results_do_not_depend_on_threads(isa: str, kind: WeightType, tokens: int) -> None:
    weights = make_experts(kind)
    x, ids, shares = random(tokens, weights.gate.columns), uneven_ids(tokens), random(tokens, USED)
    alone = run(open_stream(1, isa), weights, x, ids, shares, None)
    for threads in (2, 3, 17, 40):
        out = run(open_stream(threads, isa), weights, x, ids, shares, None)
        assert torch.equal(out, alone)


def test_a_replay_reads_the_ids_anew(stream: Stream) -> None:
    weights = make_experts(WeightType.Q8_0)
    x, ids, shares = random(3, 32), uneven_ids(3), random(3, USED)
    plan = torch.empty(plan_size(ids.numel(), EXPERTS), dtype=torch.int32)
    hidden, out = hidden_for(stream, weights, ids.numel()), torch.empty(3, 32)
    source, _ = as_activations(stream, weights.gate, x)
    stream.begin_capture()
    expert_plan(stream, ids, plan, experts=EXPERTS)
    experts_up(stream, weights, source, source, plan, hidden)
    experts_down(stream, weights, hidden, plan, shares, None, out)
    graph = stream.end_capture()
    for chosen in (ids.clone(), torch.full_like(ids, 2), random_ids(3, USED, EXPERTS)):
        ids.copy_(chosen)
        graph.replay()
        assert torch.equal(out, run(stream, weights, x, chosen, shares, None))
