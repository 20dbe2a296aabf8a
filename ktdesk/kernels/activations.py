# SPDX-License-Identifier: Apache-2.0
"""The forms in which activations meet weights: float32, bfloat16, or int8 blocks of 32."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ktdesk.formats.quant import Weight, WeightType
from ktdesk.kernels.checks import Size, check, fail

if TYPE_CHECKING:
    from ktdesk.kernels.launches import Stream

BLOCK = 32  # activations that share a scale

# What native code calls the forms, by the type of their tensors.
_FORMS = {torch.float32: 0, torch.uint8: 1, torch.bfloat16: 2}

# From so many tokens of a matrix on, tiles are faster than int8 blocks: Q4_K from 9, Q6_K from 10,
# Q8_0, which takes the least unpacking, from 20.
LEAST_TILE_TOKENS = 12
_TILE_COLUMNS = 32  # a multiple of which tiles need


def q8_bytes(columns: int) -> int:
    """Return the bytes of a row of activations as int8 blocks. columns: a multiple of 32."""
    if columns % BLOCK:
        raise fail(f"Rows of int8 blocks are multiples of {BLOCK} wide, not {columns}.")
    return columns + columns // BLOCK * 16


def bf16_pitch(values: int) -> int:
    """Return how far rows of so many bfloat16 values should stand apart.

    Rows that a multiple of 4 KiB separates share their places in the first cache.
    """
    return values if values % 1024 else values + 32


def activation_type(stream: Stream, weight: Weight, tokens: int) -> torch.dtype:
    """Return the form in which so many tokens best meet each matrix of a weight."""
    if tokens >= LEAST_TILE_TOKENS and _takes_bf16(stream, weight):
        return torch.bfloat16
    return torch.float32 if _takes_floats(stream, weight) else torch.uint8


def _takes_floats(stream: Stream, weight: Weight) -> bool:
    """Whether products take activations unrounded: a GPU's are bound by memory all the same."""
    return stream.is_gpu or weight.type.is_float


def _takes_bf16(stream: Stream, weight: Weight) -> bool:
    """Whether products on tiles lose nothing that matters: float32 and float16 hold more."""
    is_precise = weight.type in (WeightType.F32, WeightType.F16)
    return stream.has_tiles and not is_precise and weight.columns % _TILE_COLUMNS == 0


def check_activations(
    stream: Stream, name: str, x: Tensor, shape: tuple[Size, ...], weight: Weight
) -> tuple[int, int, int, int]:
    """Return address, bytes from token to token and from group to group, and the form of x.

    x: [T, D] or [T, G, D], strided: bfloat16 if the stream multiplies the weight on tiles, or as
    it meets a few tokens. shape: all of its dimensions but the last.
    """
    if x.dtype == torch.bfloat16 and _takes_bf16(stream, weight):
        width, dtype = weight.columns, torch.bfloat16
    elif _takes_floats(stream, weight):
        width, dtype = weight.columns, torch.float32
    else:
        width, dtype = q8_bytes(weight.columns), torch.uint8
    address = check(stream, name, x, (*shape, width), dtype, strided=True)
    group = x.stride(1) * x.itemsize if x.ndim == 3 else 0
    return address, x.stride(0) * x.itemsize, group, _FORMS[dtype]
