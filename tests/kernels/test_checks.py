# SPDX-License-Identifier: Apache-2.0
"""Every wrapper refuses tensors that do not fit, before native code sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ktdesk._native import Stream
from ktdesk.errors import KernelError
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.kernels import cpu, native
from ktdesk.kernels.activations import q8_bytes
from ktdesk.kernels.attention import attention
from ktdesk.kernels.experts import (
    ExpertWeights,
    expert_plan,
    experts_down,
    experts_up,
    plan_size,
)
from ktdesk.kernels.streams import open_stream
from tests.kernels.samples import make_weight


def ints(*shape: int) -> Tensor:
    return torch.zeros(shape, dtype=torch.int32)


FLOATS = make_weight(WeightType.F32, 6, 8)
BLOCKS = make_weight(WeightType.Q8_0, 6, 64)
EXPERTS = ExpertWeights(
    make_weight(WeightType.F32, 3, 4, 8),
    make_weight(WeightType.F32, 3, 4, 8),
    make_weight(WeightType.F32, 3, 8, 4),
)
PLAN = ints(plan_size(4, 3))
x = torch.zeros
ROUTE: dict[str, Any] = {
    "gating": "softmax",
    "groups": 2,
    "groups_used": 1,
    "normalize": False,
    "scale": 1.0,
}

# A call of each wrapper that fits. The tensors among the arguments are broken below.
CALLS: dict[Callable[..., None], tuple[tuple[Any, ...], dict[str, Any]]] = {
    native.embed: ((FLOATS, ints(2), x(2, 8)), {}),
    native.rms_norm: ((x(2, 8), x(8), x(2, 8), 1e-5), {}),
    cpu.quantize: ((x(2, 3, 64), x(2, 3, q8_bytes(64), dtype=torch.uint8)), {}),
    native.to_bf16: ((x(2, 3, 64), x(2, 3, 64, dtype=torch.bfloat16)), {}),
    native.linear: ((FLOATS, x(2, 3, 8), x(2, 3, 2)), {}),
    native.rope_table: ((ints(2), x(4), 1.0, x(2, 4, 2)), {}),
    native.rope: ((x(2, 3, 8), x(2, 4, 2), x(2, 3, 8)), {"interleaved": True}),
    native.store_rows: ((x(2, 8), ints(2), x(5, 8)), {}),
    native.load_rows: ((x(5, 8), x(5, 2, 8)), {}),
    attention: (
        (x(2, 4, 8), x(5, 2, 8), x(5, 2, 6), ints(2), x(2, 4, 6), 1.0, x(2, 4, 3, 8)),
        {},
    ),
    native.add: ((x(2, 8), x(2, 8), x(2, 8)), {}),
    native.router: ((x(2, 6), x(6), ints(2, 3), x(2, 3)), ROUTE),
    cpu.part_by_weight: (
        (ints(2, 5), x(2, 5), ints(2, 3), x(2, 3), ints(2, 2), x(2, 2)),
        {},
    ),
    expert_plan: ((ints(2, 2), PLAN), {"experts": 3}),
    experts_up: ((EXPERTS, x(2, 8), x(2, 8), PLAN, x(4, 4)), {}),
    experts_down: ((EXPERTS, x(4, 4), PLAN, x(2, 2), x(2, 8), x(2, 8)), {}),
}
BROKEN: dict[str, Callable[[Tensor], Tensor]] = {
    "a dimension less": lambda t: t[0],
    "a dimension more": lambda t: t[None],
    "no dimension": lambda t: t.flatten()[0],
    "a row more": lambda t: torch.cat((t, t[:1])),
    "a column less": lambda t: t[..., :-1].contiguous(),
    "float64": lambda t: t.double(),
    "not on the CPU": lambda t: t.to("meta"),
    "not contiguous": lambda t: t.repeat_interleave(2, -1)[..., ::2],
}
# Changes after which the call still fits: these dimensions are free.
FREE = {
    (native.store_rows, 2, "a row more"),  # rows of the cache
    (native.load_rows, 0, "a row more"),
}


def tensor_breaks() -> list[Any]:
    return [
        pytest.param(call, i, how, id=f"{call.__name__}-{i}-{how}")
        for call, (arguments, _) in CALLS.items()
        for i, argument in enumerate(arguments)
        for how in BROKEN
        if isinstance(argument, Tensor) and (call, i, how) not in FREE
    ]


@pytest.fixture(scope="module")
def any_stream() -> Stream:
    return open_stream(1)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
def test_a_call_that_fits(any_stream: Stream, call: Callable[..., None]) -> None:
    arguments, options = CALLS[call]
    call(any_stream, *arguments, **options)


@pytest.mark.parametrize(("call", "place", "how"), tensor_breaks())
def test_a_broken_tensor(
    any_stream: Stream, call: Callable[..., None], place: int, how: str
) -> None:
    arguments, options = list(CALLS[call][0]), CALLS[call][1]
    arguments[place] = BROKEN[how](arguments[place])
    with pytest.raises(KernelError):
        call(any_stream, *arguments, **options)


@pytest.mark.parametrize(
    "weight",
    [
        replace(FLOATS, shape=(7, 8)),
        replace(FLOATS, data=FLOATS.data[:, ::2]),
        replace(FLOATS, data=FLOATS.data.view(np.float32)),
        replace(BLOCKS, shape=(6, 72)),  # the last block would be a part of one
    ],
    ids=["a row less", "not contiguous", "numbers", "part of a block"],
)
def test_a_broken_weight(any_stream: Stream, weight: Weight) -> None:
    with pytest.raises(KernelError):
        native.embed(any_stream, weight, ints(2), x(2, weight.columns))


def test_quantised_weights_take_no_floats(any_stream: Stream) -> None:
    with pytest.raises(KernelError, match=r"x must be torch\.uint8"):
        native.linear(any_stream, BLOCKS, x(2, 1, 64), x(2, 1, 6))


def test_rows_that_are_no_multiple_of_a_block(any_stream: Stream) -> None:
    with pytest.raises(KernelError, match="multiples of 32"):
        cpu.quantize(any_stream, x(1, 48), x(1, 60, dtype=torch.uint8))


@pytest.mark.parametrize(
    "change",
    [{"groups": 4}, {"groups": 0}, {"groups_used": 0}, {"groups_used": 3}],
    ids=str,
)
def test_groups_that_do_not_fit(any_stream: Stream, change: dict[str, int]) -> None:
    with pytest.raises(KernelError):
        native.router(any_stream, *CALLS[native.router][0], **{**ROUTE, **change})


def test_more_experts_per_token_than_the_groups_have(any_stream: Stream) -> None:
    with pytest.raises(KernelError, match="cannot come from"):
        native.router(any_stream, x(2, 6), None, ints(2, 4), x(2, 4), **ROUTE)


def test_more_experts_than_the_router_takes(any_stream: Stream) -> None:
    with pytest.raises(KernelError, match="no fit"):
        native.router(any_stream, x(1, 1026), None, ints(1, 1), x(1, 1), **ROUTE)


@pytest.mark.parametrize(
    "change",
    [
        {"up": make_weight(WeightType.F32, 3, 5, 8)},
        {"down": make_weight(WeightType.F32, 3, 4, 8)},
        {"gate": make_weight(WeightType.F32, 12, 8)},
        {"gate_bias": x(3, 5), "down_bias": x(3, 9)},
        {"up_bias": x(4), "down_bias": x(8)},
    ],
    ids=["up", "down", "one matrix", "biases too wide", "one bias"],
)
def test_experts_that_do_not_fit(any_stream: Stream, change: dict[str, Any]) -> None:
    for call in (experts_up, experts_down):
        _, *rest = CALLS[call][0]
        with pytest.raises(KernelError):
            call(any_stream, replace(EXPERTS, **change), *rest)


def test_pairs_that_tokens_do_not_divide(any_stream: Stream) -> None:
    with pytest.raises(KernelError, match="5 rows for 2 tokens"):
        experts_up(any_stream, EXPERTS, x(2, 8), x(2, 8), ints(plan_size(5, 3)), x(5, 4))


def test_heads_that_the_key_heads_do_not_divide(any_stream: Stream) -> None:
    q, _, _, *rest = CALLS[attention][0]
    with pytest.raises(KernelError, match="4 heads over 3"):
        attention(any_stream, q, x(5, 3, 8), x(5, 3, 6), *rest)


def test_keys_and_values_of_different_types(any_stream: Stream) -> None:
    q, k, *rest = CALLS[attention][0]
    with pytest.raises(KernelError, match="no fit"):
        attention(any_stream, q, k.half(), *rest)


def test_parts_of_blocks_in_a_cache(any_stream: Stream) -> None:
    cache = torch.zeros(5, 68, dtype=torch.uint8)
    with pytest.raises(KernelError, match="40 values are no whole blocks"):
        native.store_rows(any_stream, x(2, 40), ints(2), cache)


@pytest.mark.parametrize(("key_size", "value_size"), [(1025, 8), (8, 1025)])
def test_heads_wider_than_the_kernel_has_room_for(
    any_stream: Stream, key_size: int, value_size: int
) -> None:
    q, k, v, out = x(1, 1, key_size), x(5, 1, key_size), x(5, 1, value_size), x(1, 1, value_size)
    with pytest.raises(KernelError, match="1024 are the limit"):
        attention(any_stream, q, k, v, ints(1), out, 1.0)


def test_room_for_no_section(any_stream: Stream) -> None:
    *rest, _ = CALLS[attention][0]
    with pytest.raises(KernelError, match="sections must be at least 1"):
        attention(any_stream, *rest, x(2, 4, 0, 8))
