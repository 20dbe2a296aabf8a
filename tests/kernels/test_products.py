# SPDX-License-Identifier: Apache-2.0
"""Products with weights of every type, and what turns activations into int8 blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from ktdesk.formats.quant import WeightType
from ktdesk.kernels import cpu, native, reference
from ktdesk.kernels.activations import q8_bytes
from tests.compare import assert_close
from tests.kernels.blocks import filled_block
from tests.kernels.samples import (
    FLOAT_SUMS,
    FLOAT_SUMS_REASON,
    as_activations,
    from_blocks,
    limit_of_products,
    make_weight,
    random,
    strided,
    values_of,
    values_of_q8,
)

if TYPE_CHECKING:
    from ktdesk._native import Stream as CpuStream
    from ktdesk.kernels.launches import Stream

types = pytest.mark.parametrize("kind", WeightType, ids=lambda kind: kind.name)
blocks = pytest.mark.parametrize(
    "kind", [kind for kind in WeightType if not kind.is_float], ids=lambda kind: kind.name
)
FLOAT_COLUMNS = (1, 31, 100, 257)


def columns_for(kind: WeightType) -> tuple[int, ...]:
    return FLOAT_COLUMNS if kind.is_float else (kind.block_size, kind.block_size * 3)


@types
def test_embed(stream: Stream, kind: WeightType) -> None:
    for columns in columns_for(kind):
        weight = make_weight(kind, 7, columns)
        tokens = torch.tensor([6, 0, 3, 3], dtype=torch.int32)
        out = torch.full((4, columns), torch.nan)
        native.embed(stream, weight, tokens, out)
        expected = reference.embed(values_of(weight), tokens).float()
        assert torch.equal(out.view(torch.int32), expected.view(torch.int32))  # bit for bit


@types
@pytest.mark.parametrize("tokens", [1, 3, 4, 9])
@pytest.mark.parametrize(("groups", "outputs"), [(1, 1), (1, 37), (3, 18)])
def test_linear(stream: Stream, kind: WeightType, tokens: int, groups: int, outputs: int) -> None:
    for columns in columns_for(kind):
        weight = make_weight(kind, groups * outputs, columns)
        x, x_values = as_activations(stream, weight, random(tokens, groups, columns))
        out = strided(torch.full((tokens, groups, outputs), torch.nan))
        native.linear(stream, weight, x, out)
        expected = reference.linear(x_values, values_of(weight).unflatten(0, (groups, outputs)))
        assert_close(out, expected, *limit_of_products(stream, tokens, kind))


@types
def test_many_tokens_and_columns(stream: Stream, kind: WeightType) -> None:
    """Several register tiles, panels of weights, and parts of each at the ends."""
    _check_many(stream, kind, tokens=21)


@pytest.mark.parametrize("kind", [WeightType.F32, WeightType.BF16], ids=lambda kind: kind.name)
def test_more_tokens_of_floats_than_are_kept_at_a_time(stream: Stream, kind: WeightType) -> None:
    _check_many(stream, kind, tokens=70)


def _check_many(stream: Stream, kind: WeightType, tokens: int) -> None:
    outputs, columns = 37, 1280 if kind.block_size > 64 else 1088
    weight = make_weight(kind, outputs, columns)
    x, x_values = as_activations(stream, weight, random(tokens, 1, columns))
    out = strided(torch.full((tokens, 1, outputs), torch.nan))
    native.linear(stream, weight, x, out)
    expected = reference.linear(x_values, values_of(weight).unflatten(0, (1, outputs)))
    assert_close(out, expected, *limit_of_products(stream, tokens, kind))


@types
def test_embed_of_every_entry_of_the_grids(stream: Stream, kind: WeightType) -> None:
    # 32768 groups of eight weights: each of at most 2048 entries is met about 16 times.
    weight = make_weight(kind, 64, 4096)
    out = torch.full((64, 4096), torch.nan)
    native.embed(stream, weight, torch.arange(64, dtype=torch.int32), out)
    assert torch.equal(out.view(torch.int32), values_of(weight).float().view(torch.int32))


@blocks
def test_int8_activations_change_products_little(stream: Stream, kind: WeightType) -> None:
    weight, x = make_weight(kind, 64, 4096), random(3, 1, 4096)
    rows, _ = as_activations(stream, weight, x)
    out = torch.full((3, 1, 64), torch.nan)
    native.linear(stream, weight, rows, out)
    expected = reference.linear(x.double(), values_of(weight)[None])
    # The largest of 32 normal values is about 2, rarely 4: steps of 2 / 127, rarely 4 / 127.
    assert_close(out, expected, 8e-5, "the square of a step, at most 4 / 127, over 12")


@blocks
@pytest.mark.parametrize("byte", [0x00, 0x0F, 0x7F, 0x80, 0xF0, 0xFF])
def test_the_largest_products_do_not_overflow(stream: Stream, kind: WeightType, byte: int) -> None:
    weight = from_blocks(kind, (1, kind.block_size), filled_block(kind, byte))
    against = -3 * values_of(weight)[None].sign().float()  # no product cancels another
    x, x_values = as_activations(stream, weight, against)
    out = torch.full((1, 1, 1), torch.nan)
    native.linear(stream, weight, x, out)
    expected = reference.linear(x_values, values_of(weight)[None])
    assert_close(out, expected, FLOAT_SUMS, FLOAT_SUMS_REASON)


def test_quantize_rounds_to_the_nearest_step(cpu_stream: CpuStream) -> None:
    x = random(3, 2, 96)
    x[0, 0, :32] = 0
    x[1, 1, 64:] *= 1e-32  # too small to have a scale
    x[2, 0, :4] = torch.tensor([127.0, 0.5, 1.5, -2.5])  # ties go to even
    out = torch.full((3, 2, q8_bytes(96)), 255, dtype=torch.uint8)
    cpu.quantize(cpu_stream, strided(x), out)
    blocks = x.unflatten(-1, (-1, 32))
    largest = blocks.abs().amax(-1, keepdim=True)
    largest[largest < 1e-30] = torch.inf
    q = (blocks * (127 / largest)).round()
    scales = torch.where(largest.isinf(), 0, largest / 127)
    assert torch.equal(out[..., :96].view(torch.int8), q.flatten(-2).to(torch.int8))
    numbers = out[..., 96:].contiguous().view(torch.float32)
    sums = scales * q.unflatten(-1, (2, 16)).sum(-1)  # of the halves of each block
    assert torch.equal(numbers[..., :3], scales[..., 0])
    assert torch.equal(numbers[..., 3:6], (scales * q.sum(-1, keepdim=True))[..., 0])
    assert torch.equal(numbers[..., 6:], sums.flatten(-2))


def test_quantize_takes_rows_without_groups(cpu_stream: CpuStream) -> None:
    x = random(5, 64)
    out, grouped = (torch.empty(5, q8_bytes(64), dtype=torch.uint8) for _ in range(2))
    cpu.quantize(cpu_stream, x, out)
    cpu.quantize(cpu_stream, x[:, None], grouped[:, None])
    assert torch.equal(out, grouped)
    assert_close(values_of_q8(out, 64), x, 1e-4, "half a step of 1 / 127 of the largest")
