# SPDX-License-Identifier: Apache-2.0
"""The form in which activations meet weights: float32, or int8 blocks of 32 with their scales."""

from __future__ import annotations

import torch

from ktdesk.formats.quant import Weight
from ktdesk.kernels.checks import fail

BLOCK = 32  # activations that share a scale


def q8_bytes(columns: int) -> int:
    """Return the bytes of a row of activations as int8 blocks. columns: a multiple of 32."""
    if columns % BLOCK:
        raise fail(f"Rows of int8 blocks are multiples of {BLOCK} wide, not {columns}.")
    return columns + columns // BLOCK * 8


def activation_row(weight: Weight) -> tuple[int, torch.dtype]:
    """Return width and type of the rows of activations that meet a weight."""
    if weight.type.is_float:
        return weight.columns, torch.float32
    return q8_bytes(weight.columns), torch.uint8
