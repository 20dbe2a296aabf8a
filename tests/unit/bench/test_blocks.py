# SPDX-License-Identifier: Apache-2.0
"""Random blocks are what the `gguf` package reads as weights of the wanted size."""

from __future__ import annotations

import numpy as np
import pytest
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

from tests.bench.blocks import random_blocks
from tests.bench.shapes import SHAPES

WEIGHTS = 1 << 18
KINDS = {kind for shape in SHAPES.values() for kinds in shape.types.values() for kind in kinds}


def random(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.SFC64(seed))


@pytest.mark.parametrize("kind", sorted(KINDS), ids=lambda kind: kind.name)
def test_blocks_hold_weights_of_the_wanted_deviation(kind: GGMLQuantizationType) -> None:
    blocks = random_blocks(random(), kind, WEIGHTS, 0.02)
    size, size_bytes = GGML_QUANT_SIZES[kind]
    assert blocks.shape == (WEIGHTS // size, size_bytes)
    weights = dequantize(blocks, kind)
    assert np.isfinite(weights).all()
    # Scales are rounded to half precision (1e-3); the mean of so many weights varies by 4e-5,
    # that of Q8_0's values is half a step of 74 below zero.
    assert weights.std() == pytest.approx(0.02, rel=0.01)
    assert abs(weights.mean()) < 0.02 * 0.01


def test_scales_differ_from_block_to_block() -> None:
    kind = GGMLQuantizationType.Q4_K
    weights = dequantize(random_blocks(random(), kind, WEIGHTS, 1.0), kind).reshape(-1, 32)
    largest = np.abs(weights).max(1)
    assert largest.max() > 1.5 * largest.min()


def test_a_seed_gives_the_same_blocks() -> None:
    def blocks(seed: int) -> np.ndarray:
        return random_blocks(random(seed), GGMLQuantizationType.Q6_K, 512, 1.0)

    assert (blocks(1) == blocks(1)).all()
    assert (blocks(1) != blocks(2)).any()
