# SPDX-License-Identifier: Apache-2.0
"""GPTQ's and AWQ's tensors against their definition, one weight after another."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ktdesk.errors import KTDeskError
from ktdesk.formats.gptq_awq import from_awq, from_gptq
from ktdesk.formats.quant import WeightType

INPUTS, OUTPUTS = 256, 24
GROUPS = {32: WeightType.Q4_G32, 64: WeightType.Q4_G64, 128: WeightType.Q4_G128}
groups = pytest.mark.parametrize("group", GROUPS)

Ints = NDArray[np.int32]


class Tensors:
    """Random tensors, as files have them. Shapes as for `from_gptq`, and for `from_awq`."""

    def __init__(self, group: int, qweight: tuple[int, int]) -> None:
        generator = np.random.default_rng(group)
        self.group, count = group, INPUTS // group

        def bits(*shape: int) -> Ints:
            return generator.integers(0, 1 << 32, shape, np.uint32).view(np.int32)

        self.qweight, self.qzeros = bits(*qweight), bits(count, OUTPUTS // 8)
        self.scales = generator.normal(0, 1e-3, (count, OUTPUTS)).astype(np.float16)
        self.scales[0, 0] = 6e-8  # subnormal

    def weight(self, i: int, o: int, code: int, zero: int) -> float:
        """Return the weight of input i and output o, in float64."""
        return float(self.scales[i // self.group, o]) * (code - zero)


def nibble(word: Ints, n: int) -> int:
    """Return bits 4 n to 4 n + 3."""
    return int(word) >> 4 * n & 15


def gptq_matrix(t: Tensors, one: int) -> NDArray[np.float64]:
    """Input i is nibble i % 8 of row i / 8, zeros likewise along columns."""
    matrix = np.empty((OUTPUTS, INPUTS))
    for o, i in np.ndindex(matrix.shape):
        code = nibble(t.qweight[i // 8, o], i % 8)
        matrix[o, i] = t.weight(i, o, code, nibble(t.qzeros[i // t.group, o // 8], o % 8) + one)
    return matrix


def awq_matrix(t: Tensors) -> NDArray[np.float64]:
    """Outputs 0, 2, 4, 6, 1, 3, 5, 7 of eight are the nibbles of an int32, from the lowest on."""
    at = {0: 0, 2: 1, 4: 2, 6: 3, 1: 4, 3: 5, 5: 6, 7: 7}
    matrix = np.empty((OUTPUTS, INPUTS))
    for o, i in np.ndindex(matrix.shape):
        code = nibble(t.qweight[i, o // 8], at[o % 8])
        matrix[o, i] = t.weight(i, o, code, nibble(t.qzeros[i // t.group, o // 8], at[o % 8]))
    return matrix


@groups
@pytest.mark.parametrize("less_one", [False, True])
@pytest.mark.parametrize("has_g_idx", [False, True])
def test_gptq(group: int, less_one: bool, has_g_idx: bool) -> None:
    t = Tensors(group, (INPUTS // 8, OUTPUTS))
    g_idx = np.repeat(np.arange(INPUTS // group, dtype=np.int32), group) if has_g_idx else None
    weight = from_gptq("w", t.qweight, t.qzeros, t.scales, g_idx, zeros_less_one=less_one)
    assert (weight.type, weight.shape) == (GROUPS[group], (OUTPUTS, INPUTS))
    np.testing.assert_array_equal(weight.dequantize(), gptq_matrix(t, int(less_one)))


@groups
def test_awq(group: int) -> None:
    t = Tensors(group, (INPUTS, OUTPUTS // 8))
    weight = from_awq("w", t.qweight, t.qzeros, t.scales)
    assert (weight.type, weight.shape) == (GROUPS[group], (OUTPUTS, INPUTS))
    np.testing.assert_array_equal(weight.dequantize(), awq_matrix(t))


@pytest.mark.parametrize("group", [32, 128, INPUTS])
@pytest.mark.parametrize("zero", [128, 126])
def test_gptq_of_eight_bits(group: int, zero: int) -> None:
    generator = np.random.default_rng(group)
    codes = generator.integers(0, 254, (INPUTS, OUTPUTS))  # less 126 these are at most 127
    scales = generator.normal(0, 1e-3, (INPUTS // group, OUTPUTS)).astype(np.float16)
    stored = np.full((INPUTS // group, OUTPUTS), zero - 1)
    qweight = (
        np.sum([codes[n::4] << 8 * n for n in range(4)], axis=0).astype(np.uint32).view(np.int32)
    )
    qzeros = (
        np.sum([stored[:, n::4] << 8 * n for n in range(4)], axis=0)
        .astype(np.uint32)
        .view(np.int32)
    )
    weight = from_gptq("w", qweight, qzeros, scales, zeros_less_one=True)
    expected = np.repeat(scales.astype(float), group, axis=0) * (codes - zero)
    assert (weight.type, weight.shape) == (WeightType.Q8_0, (OUTPUTS, INPUTS))
    np.testing.assert_array_equal(weight.dequantize(), expected.T)
    with pytest.raises(KTDeskError, match="no blocks of 32 with steps of eight bits"):
        from_gptq("w", qweight, qzeros - 0x10, scales, zeros_less_one=True)


def test_codes_of_other_sizes_are_refused() -> None:
    t = Tensors(64, (INPUTS // 8, OUTPUTS))
    t.qzeros = t.qzeros[:, :2]
    assert "have 2 bits" in gptq_error(t)


def gptq_error(t: Tensors, g_idx: Ints | None = None) -> str:
    with pytest.raises(KTDeskError) as caught:
        from_gptq("layers.0.q_proj", t.qweight, t.qzeros, t.scales, g_idx, zeros_less_one=True)
    assert caught.value.hint
    return str(caught.value)


def test_what_cannot_be_held_is_refused() -> None:
    t = Tensors(64, (INPUTS // 8, OUTPUTS))
    shuffled = np.random.default_rng(1).permutation(INPUTS).astype(np.int32) // 64
    assert "act-order" in gptq_error(t, shuffled)
    t.scales = t.scales[:, :-8]
    assert "do not fit" in gptq_error(t)
    assert "groups of layers.0.q_proj are of 16 weights" in gptq_error(
        Tensors(16, (INPUTS // 8, OUTPUTS))
    )


@pytest.mark.parametrize("scale", [0.1, 1e6, np.nan, np.inf])
def test_scales_that_are_no_halves_are_refused(scale: float) -> None:
    t = Tensors(64, (INPUTS // 8, OUTPUTS))
    scales = t.scales.astype(np.float32)
    scales[1, 2] = scale
    with pytest.raises(KTDeskError, match="not all finite numbers of 16 bits"):
        from_awq("w", t.qweight.reshape(INPUTS, -1), t.qzeros, scales)
