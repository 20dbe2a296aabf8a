# SPDX-License-Identifier: Apache-2.0
"""Blocks of four-bit codes with a scale and a zero for each group, as GPTQ and AWQ have them.

w = scale * (code - zero), exactly, in float32. native/include/kt/blocks.h says how a block lies:
scale (a half), zero, a byte of nothing; for each 32 weights sixteen bytes, the low nibbles first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_ZERO = 16  # GPTQ's first format stores zeros less one in four bits
_HEAD_BYTES = 4
_PART = 32


def group_bytes(group: int) -> int:
    """Return the bytes of a block of so many weights, a multiple of 32."""
    return _HEAD_BYTES + group // 2


def pack_groups(
    codes: NDArray[np.uint8], scales: NDArray[np.float16], zeros: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Return blocks [rows, row_bytes] of codes 0 to 15 [rows, columns].

    scales, zeros: one for each group, [rows, columns / group]; zeros are at most MOST_ZERO.
    """
    rows, groups = scales.shape
    parts = codes.reshape(rows, groups, -1, 2, _PART // 2)
    blocks = np.zeros((rows, groups, group_bytes(codes.shape[1] // groups)), np.uint8)
    blocks[..., :2] = np.ascontiguousarray(scales, "<f2")[..., None].view(np.uint8)
    blocks[..., 2] = zeros
    packed = parts[..., 0, :] | parts[..., 1, :] << np.uint8(4)
    blocks[..., _HEAD_BYTES:] = packed.reshape(rows, groups, -1)
    return blocks.reshape(rows, -1)


def dequantize_groups(rows: NDArray[np.uint8], group: int) -> NDArray[np.float32]:
    """Return the weights [rows, columns] of rows of blocks."""
    blocks = rows.reshape(len(rows), -1, group_bytes(group))
    scales = np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    packed = blocks[..., _HEAD_BYTES:].reshape(*blocks.shape[:2], -1, 1, _PART // 2)
    codes = np.concatenate((packed & 15, packed >> 4), axis=-2).reshape(*blocks.shape[:2], group)
    steps = codes.astype(np.float32) - blocks[..., 2:3].astype(np.float32)
    values = np.asarray(scales * steps, np.float32)
    return values.reshape(len(rows), -1)
