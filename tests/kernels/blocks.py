# SPDX-License-Identifier: Apache-2.0
"""Blocks of random bits whose scales are small numbers, for types that `gguf` reads but not makes.

What a block of a type holds beside its scales may be any bits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ktdesk.formats.quant import WeightType

Bytes = NDArray[np.uint8]

# Where halves lie that scale a block or are added to it: byte offsets.
_HALVES_AT = {
    WeightType.Q4_1: (0, 2),
    WeightType.Q5_1: (0, 2),
    WeightType.Q2_K: (80, 82),
    WeightType.Q3_K: (108,),
    WeightType.Q4_K: (0, 2),
    WeightType.Q5_K: (0, 2),
    WeightType.Q6_K: (208,),
    WeightType.TQ1_0: (52,),
    WeightType.TQ2_0: (64,),
}


def random_blocks(kind: WeightType, count: int, generator: np.random.Generator) -> Bytes:
    """Return `count` blocks [count, block_bytes] of random bits with small scales."""
    bits = generator.integers(0, 256, (count, kind.block_bytes), dtype=np.uint8)
    scales, mask = _scales(kind, count, generator)
    return bits & ~mask | scales & mask


def filled_block(kind: WeightType, byte: int) -> Bytes:
    """Return one block [1, block_bytes] that has small scales, and this byte everywhere else."""
    scales, mask = _scales(kind, 1, np.random.default_rng(byte))
    return np.uint8(byte) & ~mask | scales & mask


def _scales(kind: WeightType, count: int, generator: np.random.Generator) -> tuple[Bytes, Bytes]:
    """Return blocks that hold scales, and the bits [block_bytes] in which they hold them."""
    blocks = np.zeros((count, kind.block_bytes), np.uint8)
    mask = np.zeros(kind.block_bytes, np.uint8)
    match kind:
        case WeightType.MXFP4:  # 2^-14 to 2^-10
            blocks[:, 0], mask[0] = generator.integers(113, 118, count), 0xFF
        case WeightType.NVFP4:  # 2^-6 to 2^-5, the least normal ones, and below
            blocks[:, :4], mask[:4] = generator.integers(0, 16, (count, 4)), 0xFF
        case WeightType.IQ1_M:  # a half, four bits at a time in the upper nibbles of each two bytes
            half = _small_halves(count, generator).view(np.uint16)
            blocks[:, 49::2] = (half >> np.arange(0, 16, 4, dtype=np.uint16) & 15) << 4
            mask[49::2] = 0xF0
        case WeightType.Q4_G32 | WeightType.Q4_G64 | WeightType.Q4_G128:  # and a zero, 0 to 16
            blocks[:, :2], mask[:3] = _small_halves(count, generator).view(np.uint8), 0xFF
            blocks[:, 2] = generator.integers(0, 17, count)
        case _:
            for at in _HALVES_AT.get(kind, (0,)):
                blocks[:, at : at + 2] = _small_halves(count, generator).view(np.uint8)
                mask[at : at + 2] = 0xFF
    return blocks, mask


def _small_halves(count: int, generator: np.random.Generator) -> NDArray[np.float16]:
    return generator.uniform(1e-4, 1e-3, (count, 1)).astype(np.float16)
