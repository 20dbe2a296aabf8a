# SPDX-License-Identifier: Apache-2.0
"""Weights that are made anew as another type, against the quantisers of `gguf` and of torch."""

from __future__ import annotations

import gguf.quants
import numpy as np
import pytest
import torch
from gguf.constants import GGMLQuantizationType
from numpy.typing import NDArray
from torch.ao.quantization import PerChannelMinMaxObserver

from ktdesk._native import Stream
from ktdesk.errors import KernelError
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.kernels import cpu
from tests.kernels.samples import from_blocks, make_weight

GROUPED = [kind for kind in cpu.TARGET_TYPES if not kind.is_in_files]
OF_FILES = [kind for kind in cpu.TARGET_TYPES if kind.is_in_files]


def remade(stream: Stream, weight: Weight, kind: WeightType) -> Weight:
    data = np.full((weight.rows, kind.row_bytes(weight.columns)), 0xA5, np.uint8)
    return cpu.requantize(stream, weight, kind, data)


def floats(values: NDArray[np.float32]) -> Weight:
    return from_blocks(WeightType.F32, values.shape, values.view(np.uint8))


@pytest.mark.parametrize("kind", OF_FILES, ids=lambda kind: kind.name)
@pytest.mark.parametrize("columns", [128, 384, 544])
def test_blocks_are_those_that_gguf_makes(
    cpu_stream: Stream, kind: WeightType, columns: int
) -> None:
    weight = make_weight(WeightType.F32, 3, 17, columns)
    expected = gguf.quants.quantize(weight.dequantize(), GGMLQuantizationType(kind))
    blocks = remade(cpu_stream, weight, kind).blocks
    np.testing.assert_array_equal(blocks, expected.view(np.uint8).reshape(blocks.shape))


@pytest.mark.parametrize("kind", GROUPED, ids=lambda kind: kind.name)
@pytest.mark.parametrize("shift", [-3.0, -0.5, 0.0, 0.5, 3.0])
def test_groups_are_those_that_torch_makes(
    cpu_stream: Stream, kind: WeightType, shift: float
) -> None:
    """At a shift of 3 all weights of a group have one sign."""
    generator = torch.Generator().manual_seed(4)
    values = (torch.randn(10, 384, generator=generator) + shift) / 20
    groups = values.reshape(-1, kind.block_size)
    observer = PerChannelMinMaxObserver(
        ch_axis=0, dtype=torch.quint8, quant_min=0, quant_max=15, qscheme=torch.per_channel_affine
    )
    observer(groups)
    scales, zeros = observer.calculate_qparams()
    expected = torch.fake_quantize_per_channel_affine(
        groups, scales.half().float(), zeros.int(), 0, 0, 15
    )
    weight = remade(cpu_stream, floats(values.numpy()), kind)
    found = torch.from_numpy(weight.dequantize())
    expected = expected.view_as(found)
    assert (found != expected).float().mean() < 1e-3, "what lies half way may go either way"
    errors = (found - values).abs(), (expected - values).abs()
    torch.testing.assert_close(*errors, rtol=0, atol=1e-7)


@pytest.mark.parametrize("kind", cpu.TARGET_TYPES, ids=lambda kind: kind.name)
@pytest.mark.parametrize("source", [WeightType.Q6_K, WeightType.BF16, WeightType.Q4_G64])
def test_weights_of_a_file_are_dequantised_first(
    cpu_stream: Stream, kind: WeightType, source: WeightType
) -> None:
    weight = make_weight(source, 20, 1024)
    direct = remade(cpu_stream, weight, kind)
    np.testing.assert_array_equal(
        direct.blocks, remade(cpu_stream, floats(weight.dequantize()), kind).blocks
    )


@pytest.mark.parametrize("kind", GROUPED, ids=lambda kind: kind.name)
def test_codes_of_four_bits_stay_what_they_are(cpu_stream: Stream, kind: WeightType) -> None:
    """Groups whose codes reach from 0 to 15 are found again, scale, zero and codes."""
    generator = np.random.default_rng(2)
    codes = generator.integers(0, 16, (6, kind.block_size)).astype(np.float32)
    codes[:, :2] = 0, 15
    zeros = generator.integers(0, 16, (6, 1)).astype(np.float32)
    values = np.float32(2**-9) * (codes - zeros)
    weight = remade(cpu_stream, floats(values), kind)
    np.testing.assert_array_equal(weight.dequantize(), values)


@pytest.mark.parametrize("kind", cpu.TARGET_TYPES, ids=lambda kind: kind.name)
@pytest.mark.parametrize("value", [0.0, 1e-12, -1e-12])
def test_weights_that_vanish(cpu_stream: Stream, kind: WeightType, value: float) -> None:
    values = np.full((2, 256), value, np.float32)
    found = remade(cpu_stream, floats(values), kind).dequantize()
    np.testing.assert_allclose(found, values, atol=1e-12)


@pytest.mark.parametrize("kind", cpu.TARGET_TYPES, ids=lambda kind: kind.name)
def test_weights_too_large_for_a_type_are_found_by_a_scan(
    cpu_stream: Stream, kind: WeightType
) -> None:
    values = np.ones((5, 256), np.float32)
    values[3, 77] = 3e38
    weight = remade(cpu_stream, floats(values), kind)
    expected = None if kind is WeightType.BF16 else 3
    assert cpu.scan(cpu_stream, weight, 0, 5) == expected


def test_a_type_that_nothing_is_made_as(cpu_stream: Stream) -> None:
    with pytest.raises(KernelError, match="not made anew as Q6_K"):
        remade(cpu_stream, make_weight(WeightType.F32, 2, 256), WeightType.Q6_K)
