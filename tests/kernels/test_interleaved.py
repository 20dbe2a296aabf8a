# SPDX-License-Identifier: Apache-2.0
"""Products with rows that lie interleaved, which must be those of the rows as they are stored."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ktdesk import _native
from ktdesk._native import Stream
from ktdesk.errors import KernelError
from ktdesk.formats.quant import Layout, Weight, WeightType
from ktdesk.kernels import cpu, native, reference
from tests.compare import assert_close
from tests.kernels.blocks import filled_block
from tests.kernels.samples import (
    FLOAT_SUMS,
    FLOAT_SUMS_REASON,
    from_blocks,
    make_weight,
    quantized,
    random,
    strided,
    values_of,
    values_of_q8,
)

KINDS = [kind for kind in WeightType if _native.interleaved_row_bytes(int(kind), 256)]
kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


@pytest.fixture
def stream(cpu_stream: Stream) -> Stream:
    return cpu_stream


def interleaved(stream: Stream, weight: Weight) -> Weight:
    room = np.full(cpu.interleaved_bytes(weight), 0xA5, np.uint8)
    return cpu.interleave(stream, weight, room)


def test_the_types_of_most_files_can_be_interleaved() -> None:
    names = "Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q2_K Q3_K Q4_K Q5_K Q6_K IQ4_NL IQ4_XS MXFP4"
    assert {kind.name for kind in KINDS} == set(names.split())


@kinds
@pytest.mark.parametrize("tokens", [1, 2, 3, 4, 7, 21])
@pytest.mark.parametrize(("groups", "outputs"), [(1, 16), (1, 48), (3, 32)])
def test_linear(stream: Stream, kind: WeightType, tokens: int, groups: int, outputs: int) -> None:
    for columns in (kind.block_size, 1280 if kind.block_size == 256 else 1088):
        weight = make_weight(kind, groups * outputs, columns)
        x = quantized(stream, strided(random(tokens, groups, columns)))
        out = strided(torch.full((tokens, groups, outputs), torch.nan))
        native.linear(stream, interleaved(stream, weight), x, out)
        matrices = values_of(weight).unflatten(0, (groups, outputs))
        expected = reference.linear(values_of_q8(x, columns), matrices)
        assert_close(out, expected, FLOAT_SUMS, FLOAT_SUMS_REASON)


@kinds
@pytest.mark.parametrize("byte", [0x00, 0x0F, 0x7F, 0x80, 0xF0, 0xFF])
def test_the_largest_products_do_not_overflow(stream: Stream, kind: WeightType, byte: int) -> None:
    blocks = np.repeat(filled_block(kind, byte), 16, 0)
    weight = from_blocks(kind, (16, kind.block_size), blocks)
    against = -3 * values_of(weight)[None, :1].sign().float()  # no product cancels another
    x = quantized(stream, against)
    out = torch.full((1, 1, 16), torch.nan)
    native.linear(stream, interleaved(stream, weight), x, out)
    expected = reference.linear(values_of_q8(x, kind.block_size), values_of(weight)[None])
    assert_close(out, expected, FLOAT_SUMS, FLOAT_SUMS_REASON)


@kinds
def test_the_copy_is_as_large_as_is_said(stream: Stream, kind: WeightType) -> None:
    weight = make_weight(kind, 32, 512)
    copy = interleaved(stream, weight)
    assert copy.layout is Layout.INTERLEAVED
    assert copy.data.nbytes == cpu.interleaved_bytes(weight)
    # Six bits of a scale, or of a scale and a minimum, take eight.
    assert weight.data.nbytes <= copy.data.nbytes <= 1.04 * weight.data.nbytes


def test_weights_that_cannot_be_interleaved(stream: Stream) -> None:
    for weight in (
        make_weight(WeightType.F16, 16, 64),
        make_weight(WeightType.IQ2_XXS, 16, 256),
        make_weight(WeightType.Q8_0, 3, 8, 64),
    ):
        assert cpu.interleaved_bytes(weight) == 0
        with pytest.raises(KernelError, match="needs 0 bytes"):
            cpu.interleave(stream, weight, np.empty(1, np.uint8))


def test_single_rows_of_interleaved_ones_cannot_be_looked_up(stream: Stream) -> None:
    copy = interleaved(stream, make_weight(WeightType.Q8_0, 16, 64))
    with pytest.raises(KernelError, match="one by one"):
        native.embed(stream, copy, torch.zeros(1, dtype=torch.int32), torch.empty(1, 64))
