# SPDX-License-Identifier: Apache-2.0
"""The forms in which activations meet weights: float32, or int8 blocks of 32 with their scales."""

from __future__ import annotations

import torch
from torch import Tensor

from ktdesk.formats.quant import Weight
from ktdesk.kernels.checks import Size, check, fail

BLOCK = 32  # activations that share a scale

# What native code calls the forms, by the type of their tensors.
_FORMS = {torch.float32: 0, torch.uint8: 1}


def q8_bytes(columns: int) -> int:
    """Return the bytes of a row of activations as int8 blocks. columns: a multiple of 32."""
    if columns % BLOCK:
        raise fail(f"Rows of int8 blocks are multiples of {BLOCK} wide, not {columns}.")
    return columns + columns // BLOCK * 16


def activation_row(weight: Weight) -> tuple[int, torch.dtype]:
    """Return width and type of the rows of activations that meet a weight."""
    if weight.type.is_float:
        return weight.columns, torch.float32
    return q8_bytes(weight.columns), torch.uint8


def check_activations(
    name: str, x: Tensor, shape: tuple[Size, ...], weight: Weight
) -> tuple[int, int, int, int]:
    """Return address, bytes from token to token and from group to group, and the form of x.

    x: [T, D] or [T, G, D], strided. shape: all of its dimensions but the last.
    """
    width, dtype = activation_row(weight)
    address = check(name, x, (*shape, width), dtype, strided=True)
    group = x.stride(1) * x.itemsize if x.ndim == 3 else 0
    return address, x.stride(0) * x.itemsize, group, _FORMS[dtype]
