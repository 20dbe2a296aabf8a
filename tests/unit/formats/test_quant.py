# SPDX-License-Identifier: Apache-2.0
"""Weight types: the sizes of their blocks, and their values against the layouts."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from ktdesk.formats.quant import Weight, WeightType

# Weights and bytes per block, from GGML's definition of the layouts, and our own.
SIZES = {
    WeightType.F32: (1, 4),
    WeightType.F16: (1, 2),
    WeightType.BF16: (1, 2),
    WeightType.Q4_0: (32, 2 + 16),
    WeightType.Q4_1: (32, 2 + 2 + 16),
    WeightType.Q5_0: (32, 2 + 4 + 16),
    WeightType.Q5_1: (32, 2 + 2 + 4 + 16),
    WeightType.Q8_0: (32, 2 + 32),
    WeightType.Q2_K: (256, 16 + 64 + 2 + 2),
    WeightType.Q3_K: (256, 32 + 64 + 12 + 2),
    WeightType.Q4_K: (256, 2 + 2 + 12 + 128),
    WeightType.Q5_K: (256, 2 + 2 + 12 + 32 + 128),
    WeightType.Q6_K: (256, 128 + 64 + 16 + 2),
    WeightType.IQ1_S: (256, 2 + 32 + 16),
    WeightType.IQ1_M: (256, 32 + 16 + 8),
    WeightType.IQ2_XXS: (256, 2 + 64),
    WeightType.IQ2_XS: (256, 2 + 64 + 8),
    WeightType.IQ2_S: (256, 2 + 32 + 32 + 8 + 8),
    WeightType.IQ3_XXS: (256, 2 + 64 + 32),
    WeightType.IQ3_S: (256, 2 + 64 + 8 + 32 + 4),
    WeightType.IQ4_NL: (32, 2 + 16),
    WeightType.IQ4_XS: (256, 2 + 2 + 4 + 128),
    WeightType.TQ1_0: (256, 48 + 4 + 2),
    WeightType.TQ2_0: (256, 64 + 2),
    WeightType.MXFP4: (32, 1 + 16),
    WeightType.NVFP4: (64, 4 + 32),
    WeightType.Q4_G32: (32, 2 + 2 + 16),
    WeightType.Q4_G64: (64, 2 + 2 + 32),
    WeightType.Q4_G128: (128, 2 + 2 + 64),
}


def test_every_type_has_a_known_size() -> None:
    assert set(SIZES) == set(WeightType)


@pytest.mark.parametrize("kind", WeightType)
def test_sizes_of_blocks_and_rows(kind: WeightType) -> None:
    size, size_bytes = SIZES[kind]
    assert (kind.block_size, kind.block_bytes) == (size, size_bytes)
    assert kind.row_bytes(512) == 512 // size * size_bytes
    assert kind.is_float == (size == 1)


def weight(kind: WeightType, *rows: bytes) -> Weight:
    data = np.stack([np.frombuffer(row, np.uint8) for row in rows])
    columns = data.shape[1] // kind.block_bytes * kind.block_size
    return Weight("w", kind, (len(rows), columns), data)


def test_values_of_the_blocks_of_32() -> None:
    nibbles = bytes(i | (15 - i) << 4 for i in range(16))
    low = np.concatenate((np.arange(16), np.arange(15, -1, -1)))
    q4_0 = weight(WeightType.Q4_0, struct.pack("<e", 0.5) + nibbles)
    np.testing.assert_array_equal(q4_0.dequantize()[0], 0.5 * (low - 8))
    q4_1 = weight(WeightType.Q4_1, struct.pack("<2e", 0.5, -3) + nibbles)
    np.testing.assert_array_equal(q4_1.dequantize()[0], 0.5 * low - 3)
    q8_0 = weight(WeightType.Q8_0, struct.pack("<e32b", 0.25, *range(-16, 16)))
    np.testing.assert_array_equal(q8_0.dequantize()[0], 0.25 * np.arange(-16, 16))


def test_values_of_the_floats() -> None:
    values = [1.0, -0.5, 3.0, 0.0]  # exact in all of them
    f32 = struct.pack("<4f", *values)
    bf16 = b"".join(f32[i + 2 : i + 4] for i in range(0, 16, 4))
    for kind, row in (
        (WeightType.F32, f32),
        (WeightType.F16, struct.pack("<4e", *values)),
        (WeightType.BF16, bf16),
    ):
        np.testing.assert_array_equal(weight(kind, row, row).dequantize(), [values, values])


def test_values_of_the_blocks_of_256() -> None:
    # Q4_K: scale 2 and minimum 3 for the first of eight parts of 32, nothing for the others.
    scales = bytes([2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0])
    q4_k = weight(WeightType.Q4_K, struct.pack("<2e", 0.5, 0.25) + scales + b"\x07" * 128)
    np.testing.assert_array_equal(q4_k.dequantize()[0], [0.5 * 2 * 7 - 0.25 * 3] * 32 + [0] * 224)
    # Q6_K: all quants 0, which stand for -32; sixteen scales, one for each 16 weights.
    q6_k = weight(WeightType.Q6_K, bytes(192) + bytes(range(16)) + struct.pack("<e", 0.5))
    np.testing.assert_array_equal(q6_k.dequantize()[0], -32 * 0.5 * np.repeat(np.arange(16), 16))


def test_a_stack_of_matrices_keeps_its_shape() -> None:
    data = np.arange(2 * 3 * 4, dtype="<f4").view(np.uint8).reshape(6, 16)
    stack = Weight("w", WeightType.F32, (2, 3, 4), data)
    assert (stack.rows, stack.columns) == (6, 4)
    np.testing.assert_array_equal(stack.dequantize(), np.arange(24).reshape(2, 3, 4))
