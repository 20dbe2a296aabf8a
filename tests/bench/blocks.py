# SPDX-License-Identifier: Apache-2.0
"""Random weights as valid blocks, written directly: no float weight is ever made.

Every weight is drawn with mean 0 and about the standard deviation that is asked for, so that
activations neither die nor explode over the layers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Random = np.random.Generator


def random_blocks(
    random: Random, kind: GGMLQuantizationType, weights: int, deviation: float
) -> Bytes:
    """Return `weights` weights, a multiple of the block size, as uint8 [blocks, block_bytes]."""
    size, size_bytes = GGML_QUANT_SIZES[kind]
    blocks = _bytes(random, weights // size, size_bytes)
    _FINISH[kind](blocks, deviation)
    return blocks


def _bytes(random: Random, rows: int, columns: int) -> Bytes:
    words = random.integers(0, 1 << 64, -(-rows * columns // 8), dtype=np.uint64)
    return words.view(np.uint8)[: rows * columns].reshape(rows, columns)


def _q5_0(blocks: Bytes, deviation: float) -> None:
    """A scale, 32 fifth bits, 32 values of 4 bits: w = d (q - 16), q uniform in 0..31.

    d is positive and negative in turn, since the mean of q - 16 is half a step below 0.
    """
    scale = deviation / 9.25  # root mean square of q - 16
    _write_halves(blocks[::2], 0, scale)
    _write_halves(blocks[1::2], 0, -scale)


def _q8_0(blocks: Bytes, deviation: float) -> None:
    """A scale, then 32 values: w = d q, q uniform in -128..127, whose deviation is 73.9."""
    _write_halves(blocks, 0, deviation / 73.9)


def _q4_k(blocks: Bytes, deviation: float) -> None:
    """Two scales, 8 scales and minima of 6 bits, 256 values: w = d s q - dmin m.

    s is uniform in 32..63, m = s and dmin = 7.5 d, so w = d s (q - 7.5), q uniform in 0..15.
    """
    scales = blocks[:, 4:12] & 31 | 32
    low, high = scales[:, :4], scales[:, 4:]
    # The first four scales have their 6 bits whole; the last four leave their upper two bits there.
    blocks[:, 4:8] = blocks[:, 8:12] = low | high >> 4 << 6
    blocks[:, 12:16] = (high & 15) * 17
    scale = deviation / (4.61 * 48.4)  # deviation of q, root mean square of s
    _write_halves(blocks, 0, scale, 7.5 * scale)


def _q6_k(blocks: Bytes, deviation: float) -> None:
    """256 values in two parts, 16 scales of 8 bits, one scale: w = d s (q - 32), q in 0..63.

    s is uniform in +-(32..95): the even ones are positive, so that the mean stays 0.
    """
    signs = np.resize(np.array([1, -1], np.int8), 16)
    scales = (blocks[:, 192:208] & 63).astype(np.int8) + np.int8(32)
    blocks[:, 192:208] = (scales * signs).view(np.uint8)
    _write_halves(blocks, 208, deviation / (18.5 * 66.1))  # deviation of q, root mean square of s


def _write_halves(blocks: Bytes, place: int, *values: float) -> None:
    halves = np.array(values, np.float16).view(np.uint8)
    blocks[:, place : place + len(halves)] = halves


_FINISH: dict[GGMLQuantizationType, Callable[[Bytes, float], None]] = {
    GGMLQuantizationType.Q5_0: _q5_0,
    GGMLQuantizationType.Q8_0: _q8_0,
    GGMLQuantizationType.Q4_K: _q4_k,
    GGMLQuantizationType.Q6_K: _q6_k,
}
