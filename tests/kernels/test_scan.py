# SPDX-License-Identifier: Apache-2.0
"""The scan of weights finds what `gguf` dequantises to a NaN or an infinity."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from ktdesk._native import Stream
from ktdesk.errors import KernelError
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.kernels import cpu
from ktdesk.kernels.streams import open_stream
from tests.kernels.samples import make_weight

ROWS = 600


@pytest.fixture
def stream() -> Stream:
    return open_stream(3)


def random_bits(kind: WeightType) -> Weight:
    """Return rows of a block each, in which scales may be any number or none."""
    bits = np.random.default_rng(kind).integers(0, 256, (ROWS, kind.block_bytes), np.uint8)
    return Weight("bits", kind, (ROWS, kind.block_size), bits)


def is_bad(weight: Weight) -> NDArray[np.bool]:
    """Return for each row whether it holds what is no finite number."""
    match weight.type:  # their formats know a NaN, which GGML reads as a number
        case WeightType.MXFP4:
            return np.asarray(weight.data[:, 0] == 0xFF)
        case WeightType.NVFP4:
            return np.any(weight.data[:, :4] & 0x7F == 0x7F, axis=1)
        case _:
            with np.errstate(all="ignore"):
                return ~np.all(np.isfinite(weight.dequantize()), axis=1)


@pytest.mark.parametrize("kind", WeightType, ids=lambda kind: kind.name)
def test_rows_that_are_not_finite(stream: Stream, kind: WeightType) -> None:
    weight = random_bits(kind)
    expected = is_bad(weight)
    assert 0 < expected.sum() < ROWS
    found = [cpu.scan(stream, weight, row, row + 1) is not None for row in range(ROWS)]
    assert found == expected.tolist()
    assert cpu.scan(stream, weight, 0, ROWS) == expected.argmax()
    after = int(expected.argmax()) + 1
    assert cpu.scan(stream, weight, after, ROWS) == after + expected[after:].argmax()


@pytest.mark.parametrize("kind", WeightType, ids=lambda kind: kind.name)
def test_weights_as_they_should_be(stream: Stream, kind: WeightType) -> None:
    assert cpu.scan(stream, make_weight(kind, 50, 512), 0, 50) is None


def test_rows_that_are_not_there(stream: Stream) -> None:
    weight = make_weight(WeightType.Q8_0, 5, 64)
    assert cpu.scan(stream, weight, 5, 5) is None
    for begin, end in ((-1, 2), (3, 2), (0, 6)):
        with pytest.raises(KernelError, match="has no rows"):
            cpu.scan(stream, weight, begin, end)
