# SPDX-License-Identifier: Apache-2.0
"""Kernels that pass once over their data, at sizes that no vector divides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gguf.quants
import pytest
import torch
from gguf.constants import GGMLQuantizationType

from ktdesk.kernels import native, reference
from ktdesk.kernels.cache_types import CacheType
from tests.compare import assert_close
from tests.kernels.samples import (
    FLOAT_STEPS,
    FLOAT_STEPS_REASON,
    FLOAT_SUMS,
    FLOAT_SUMS_REASON,
    random,
    strided,
)

if TYPE_CHECKING:
    from ktdesk.kernels.launches import Stream

widths = pytest.mark.parametrize("width", [1, 7, 16, 33, 130])
rows = pytest.mark.parametrize("rows", [1, 5])


@widths
@rows
def test_rms_norm(stream: Stream, rows: int, width: int) -> None:
    x, weight = random(rows, width), random(width, seed=1)
    out = strided(torch.full((rows, width), torch.nan))
    native.rms_norm(stream, strided(x), weight, out, 1e-5)
    expected = reference.rms_norm(x.double(), weight.double(), 1e-5)
    assert_close(out, expected, FLOAT_SUMS, FLOAT_SUMS_REASON)
    native.rms_norm(stream, x, weight, x, 1e-5)
    assert torch.equal(x, out)


@pytest.mark.parametrize("width", [1, 7, 130, 7168, 20_001])
@rows
def test_add_rms_norm(stream: Stream, rows: int, width: int) -> None:
    x, change, weight = (random(rows, width, seed=seed) for seed in range(3))
    total, out = torch.full_like(x, torch.nan), torch.full_like(x, torch.nan)
    native.add_rms_norm(stream, x, change, weight[0], total, out, 1e-5, 0.22)
    expected = reference.add_rms_norm(x.double(), change.double(), weight[0].double(), 1e-5, 0.22)
    assert_close(total, expected[0], FLOAT_STEPS, FLOAT_STEPS_REASON)
    assert_close(out, expected[1], FLOAT_SUMS, FLOAT_SUMS_REASON)
    native.add_rms_norm(stream, x, change, weight[0], x, out, 1e-5, 0.22)
    assert torch.equal(x, total)


@pytest.mark.parametrize("width", [512, 1536, 7168, 20_001])
def test_rms_norm_of_wide_rows(stream: Stream, width: int) -> None:
    x, weight = random(2, width), random(width, seed=1)
    out = strided(torch.full((2, width), torch.nan))
    native.rms_norm(stream, strided(x), weight, out, 1e-5)
    expected = reference.rms_norm(x.double(), weight.double(), 1e-5)
    assert_close(out, expected, FLOAT_SUMS, FLOAT_SUMS_REASON)
    native.rms_norm(stream, x, weight, x, 1e-5)  # rows elsewhere in memory: the same sums
    assert torch.equal(x, out)


def test_rms_norm_of_heads(stream: Stream) -> None:
    x, weight = random(3, 4, 24)[:, 1:3], random(24, seed=1)  # heads of a wider row
    out = strided(torch.full((3, 2, 24), torch.nan))
    native.rms_norm(stream, x, weight, out, 1e-5)
    expected = reference.rms_norm(x.double(), weight.double(), 1e-5)
    assert_close(out, expected, FLOAT_SUMS, FLOAT_SUMS_REASON)


def test_rms_norm_of_zeros_is_zero(stream: Stream) -> None:
    out = torch.full((1, 9), torch.nan)
    native.rms_norm(stream, torch.zeros(1, 9), torch.ones(9), out, 1e-5)
    assert torch.equal(out, torch.zeros(1, 9))


@pytest.mark.parametrize("pairs", [1, 5, 32])
@pytest.mark.parametrize("interleaved", [False, True])
def test_rope(stream: Stream, pairs: int, interleaved: bool) -> None:
    tokens, heads = 4, 3
    positions = torch.tensor([0, 1, 77, 4095], dtype=torch.int32)
    frequencies = 10_000.0 ** -(torch.arange(pairs) / pairs)
    table = torch.full((tokens, pairs, 2), torch.nan)
    native.rope_table(stream, positions, frequencies, 1.5, table)
    # In float32, as the kernel: at position 4095 the rounding of an angle is 2e-4.
    expected = reference.rope_table(positions, frequencies, 1.5)
    assert_close(table, expected, FLOAT_STEPS, FLOAT_STEPS_REASON)
    x = random(tokens, heads, 2 * pairs)
    out = strided(torch.full_like(x, torch.nan))
    native.rope(stream, strided(x), table, out, interleaved=interleaved)
    turned = reference.rope(x.double(), table.double(), interleaved=interleaved)
    assert_close(out, turned, FLOAT_STEPS, FLOAT_STEPS_REASON)
    native.rope(stream, x, table, x, interleaved=interleaved)
    assert torch.equal(x, out)


@widths
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_store_and_load_rows(stream: Stream, width: int, dtype: torch.dtype) -> None:
    x, positions = random(3, width), torch.tensor([4, 0, 2], dtype=torch.int32)
    cache = strided(torch.full((6, width), -7.0, dtype=dtype))
    native.store_rows(stream, strided(x), positions, cache)
    expected = torch.full((6, width), -7.0, dtype=dtype)
    expected[positions.long()] = x.to(dtype)
    assert torch.equal(cache, expected)
    out = strided(torch.zeros(5, 2, width))
    native.load_rows(stream, cache, out)
    assert torch.equal(out, expected[:5, None].float().expand(-1, 2, -1))


@pytest.mark.parametrize("width", [32, 96])
def test_blocks_in_a_cache_are_those_of_gguf(stream: Stream, width: int) -> None:
    kind = GGMLQuantizationType.Q8_0
    x, positions = random(3, width) * 5, torch.tensor([2, 0, 1], dtype=torch.int32)
    x[0, :32] = 0
    cache = torch.zeros(4, CacheType.Q8_0.elements(width), dtype=torch.uint8)
    native.store_rows(stream, x, positions, cache)
    expected = gguf.quants.quantize(x.numpy(), kind)
    assert torch.equal(cache[positions.long()], torch.from_numpy(expected))
    out = torch.zeros(3, 1, width)
    native.load_rows(stream, cache, out)
    values = gguf.quants.dequantize(cache[:3].numpy(), kind)
    assert torch.equal(out[:, 0], torch.from_numpy(values))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_store_rows_rounds_as_torch_does(stream: Stream, dtype: torch.dtype) -> None:
    largest = torch.finfo(torch.float16).max
    special = [0.0, -0.0, 6e-8, 2.9e-8, -5.96e-8, 6.1e-5, 1.00048828125, 1.00146484375]
    special += [largest, largest + 15, largest + 16, torch.inf, -torch.inf, torch.nan]
    x = torch.cat([torch.tensor(special), random(1000) * 10 ** random(1000, seed=1)])[None]
    cache = torch.empty(1, x.shape[1], dtype=dtype)
    native.store_rows(stream, x, torch.zeros(1, dtype=torch.int32), cache)
    assert torch.equal(cache.nan_to_num(nan=1.25), x.to(dtype).nan_to_num(nan=1.25))


@widths
@rows
def test_add(stream: Stream, rows: int, width: int) -> None:
    x, y = random(rows, width), random(rows, width, seed=1)
    out = torch.full_like(x, torch.nan)
    native.add(stream, x, y, out)
    assert torch.equal(out, x + y)
    native.add(stream, x, y, x)
    assert torch.equal(x, out)


@widths
def test_add_with_a_factor(stream: Stream, width: int) -> None:
    x, y = random(3, width), random(3, width, seed=1)
    out = torch.full_like(x, torch.nan)
    native.add(stream, x, y, out, 0.22)
    assert_close(out, x.double() + 0.22 * y.double(), FLOAT_STEPS, FLOAT_STEPS_REASON)


@widths
@rows
def test_bias_rows(stream: Stream, rows: int, width: int) -> None:
    x, bias = random(rows, width), random(width, seed=1)
    shifted = strided(x)
    native.bias_rows(stream, shifted, bias)
    assert torch.equal(shifted, reference.bias_rows(x, bias))


@widths
@rows
@pytest.mark.parametrize("logits", [False, True])
def test_weigh_rows(stream: Stream, rows: int, width: int, logits: bool) -> None:
    x, weights = strided(random(rows, width)), strided(random(rows, 2, seed=1))[:, 1:] * 5
    expected = reference.weigh_rows(x.double(), weights.double(), logits=logits)
    out = strided(torch.full((rows, width), torch.nan))
    native.weigh_rows(stream, x, weights, out, logits=logits)
    assert_close(out, expected, FLOAT_STEPS, FLOAT_STEPS_REASON)
    native.weigh_rows(stream, x, weights[:1].expand(rows, 1), x, logits=logits)
    assert torch.equal(x[0], out[0])


def test_rounding_is_that_of_torch(stream: Stream) -> None:
    specials = torch.tensor(
        [0.0, -0.0, torch.inf, -torch.inf, torch.nan, 3.39e38, 1e-40, 1.00390625]
    )
    x = torch.cat((random(3, 2, 100), specials.expand(3, 2, -1)), -1)
    out = strided(torch.zeros(x.shape, dtype=torch.bfloat16))
    native.to_bf16(stream, strided(x), out)
    assert torch.equal(out.nan_to_num(7.0), x.bfloat16().nan_to_num(7.0))
