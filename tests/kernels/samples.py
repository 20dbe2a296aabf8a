# SPDX-License-Identifier: Apache-2.0
"""Random inputs for kernels: activations, and weights made and read back by the `gguf` package."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import gguf.quants
import numpy as np
import torch
from gguf.constants import GGMLQuantizationType
from numpy.typing import NDArray
from torch import Tensor

from ktdesk._native import Stream as CpuStream
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.kernels import cpu
from ktdesk.kernels.activations import q8_bytes
from tests.kernels.blocks import random_blocks

if TYPE_CHECKING:
    from ktdesk.kernels.launches import Stream

FLOAT_SUMS = 1e-9
FLOAT_SUMS_REASON = "float32 sums of some hundred terms: n / 6 * (6e-8)^2, more where they cancel"
FLOAT_STEPS = 1e-12
FLOAT_STEPS_REASON = "a few roundings to float32, (6e-8)^2 each, and an exponential of 3e-7"

# Tensor cores take activations, and quantised weights, in float16; with others in bfloat16.
HALF_PRODUCTS = 1e-6
HALF_PRODUCTS_REASON = "roundings to eleven bits, 4e-8 squared: of activations, scales and weights"
BF16_PRODUCTS = 1.6e-5
BF16_PRODUCTS_REASON = "roundings to eight bits, 2^-9 at most: squared, over 3, or a bit more"
GPU_SUMS = 1e-8
GPU_SUMS_REASON = "float32 sums, in which whole blocks of a row cancel"
GPU_FLOAT_TOKENS = 8  # of which products are of floats

# gguf can make blocks of these.
_QUANTIZED = frozenset(
    {
        WeightType.Q4_0,
        WeightType.Q4_1,
        WeightType.Q5_0,
        WeightType.Q5_1,
        WeightType.Q8_0,
        WeightType.TQ1_0,
        WeightType.TQ2_0,
        WeightType.MXFP4,
    }
)


def random(*shape: int, seed: int = 0) -> Tensor:
    """Return normally distributed float32 values."""
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed + prod(shape)))


def random_ids(tokens: int, used: int, experts: int) -> Tensor:
    """Return int32 ids [tokens, used], different ones within a token."""
    generator = torch.Generator().manual_seed(tokens)
    rows = [torch.randperm(experts, generator=generator)[:used] for _ in range(tokens)]
    return torch.stack(rows).int()


def strided(x: Tensor) -> Tensor:
    """Return x as a view of a wider tensor, NaN outside: reads past a row's end show.

    Bytes outside are all set, which is NaN as the scale of a block.
    """
    outside = torch.nan if x.is_floating_point() else 255
    wide = torch.full((*x.shape[:-1], x.shape[-1] + 5), outside, dtype=x.dtype)
    view = wide[..., : x.shape[-1]]
    view.copy_(x)
    return view


def make_weight(kind: WeightType, *shape: int, seed: int = 0) -> Weight:
    """Return random weights of the size that keeps products near 1."""
    generator = np.random.default_rng(seed + prod(shape))
    if not (kind.is_float or kind in _QUANTIZED):
        count = prod(shape) // kind.block_size
        return from_blocks(kind, shape, random_blocks(kind, count, generator))
    values = generator.standard_normal(shape, dtype=np.float32) / shape[-1] ** 0.5
    blocks = gguf.quants.quantize(values, GGMLQuantizationType(kind))
    return from_blocks(kind, shape, np.ascontiguousarray(blocks).view(np.uint8))


def from_blocks(kind: WeightType, shape: tuple[int, ...], blocks: NDArray[np.uint8]) -> Weight:
    """Return a weight over bytes that are its blocks."""
    data = blocks.reshape(prod(shape[:-1]), kind.row_bytes(shape[-1]))
    return Weight(f"sample.{kind.name}", kind, shape, data)


def values_of(weight: Weight) -> Tensor:
    """Return the weight as `gguf` dequantises it, float64 of its shape."""
    return torch.from_numpy(weight.dequantize()).double()


def quantized(stream: CpuStream, x: Tensor) -> Tensor:
    """Return activations x [.., D], strided, as int8 blocks [.., q8_bytes(D)]."""
    rows = torch.empty(*x.shape[:-1], q8_bytes(x.shape[-1]), dtype=torch.uint8)
    cpu.quantize(stream, x, rows)
    return rows


def as_activations(stream: Stream, weight: Weight, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return x [T, .., D] in the form that few of it meet the weight, and its values in float64."""
    if weight.type.is_float or stream.is_gpu:
        return strided(x), x.double()
    assert isinstance(stream, CpuStream)
    rows = quantized(stream, strided(x))
    return rows, values_of_q8(rows, x.shape[-1])


def limit_of_products(stream: Stream, tokens: int, kind: WeightType) -> tuple[float, str]:
    """Return how far products of so many tokens may be from those of `as_activations`, and why."""
    if stream.is_gpu and tokens > GPU_FLOAT_TOKENS and not kind.is_float:
        return HALF_PRODUCTS, HALF_PRODUCTS_REASON
    if stream.is_gpu and tokens > GPU_FLOAT_TOKENS:
        return BF16_PRODUCTS, BF16_PRODUCTS_REASON
    if stream.is_gpu:
        return GPU_SUMS, GPU_SUMS_REASON
    return FLOAT_SUMS, FLOAT_SUMS_REASON


def values_of_q8(rows: Tensor, width: int) -> Tensor:
    """Return activations in int8 blocks as float64 [.., width]."""
    q = rows[..., :width].contiguous().view(torch.int8).double()
    scales = rows[..., width : width + width // 8].contiguous().view(torch.float32).double()
    return (q.unflatten(-1, (-1, 32)) * scales[..., None]).flatten(-2)
