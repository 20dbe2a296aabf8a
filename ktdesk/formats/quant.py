# SPDX-License-Identifier: Apache-2.0
"""Weight types: block size, bytes per block, reference dequantisation.

Numbers and layouts of those that files have are GGML's; the arithmetic of their dequantisation is
left to the `gguf` package.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from gguf.constants import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize
from numpy.typing import NDArray

from ktdesk.formats.int4_groups import dequantize_groups, group_bytes

if TYPE_CHECKING:
    from torch import Tensor  # reading a file's table must not load torch


class WeightType(IntEnum):
    """The weight types that KTDesk computes with.

    Values are GGML's type numbers. Above 1000 are types that no file has: four-bit codes in groups.
    """

    F32 = 0
    F16 = 1
    Q4_0 = 2
    Q4_1 = 3
    Q5_0 = 6
    Q5_1 = 7
    Q8_0 = 8
    Q2_K = 10
    Q3_K = 11
    Q4_K = 12
    Q5_K = 13
    Q6_K = 14
    IQ2_XXS = 16
    IQ2_XS = 17
    IQ3_XXS = 18
    IQ1_S = 19
    IQ4_NL = 20
    IQ3_S = 21
    IQ2_S = 22
    IQ4_XS = 23
    IQ1_M = 29
    BF16 = 30
    TQ1_0 = 34
    TQ2_0 = 35
    MXFP4 = 39
    NVFP4 = 40
    Q4_G32 = 1032
    Q4_G64 = 1064
    Q4_G128 = 1128

    @property
    def is_in_files(self) -> bool:
        """Whether GGUF files may have weights of this type."""
        return self < 1000

    @property
    def block_size(self) -> int:
        """Weights per block."""
        return _BLOCKS[self][0]

    @property
    def block_bytes(self) -> int:
        """Bytes per block."""
        return _BLOCKS[self][1]

    @property
    def is_float(self) -> bool:
        """Whether products take float activations; the others take them as int8 blocks."""
        return self in (WeightType.F32, WeightType.F16, WeightType.BF16)

    def row_bytes(self, columns: int) -> int:
        """Return the bytes of a row of `columns` weights, a multiple of the block size."""
        return columns // self.block_size * self.block_bytes


def _block(kind: WeightType) -> tuple[int, int]:
    if kind.is_in_files:
        return GGML_QUANT_SIZES[GGMLQuantizationType(kind)]
    return kind - 1000, group_bytes(kind - 1000)


_BLOCKS = {kind: _block(kind) for kind in WeightType}  # weights and bytes of each type's block


class Layout(IntEnum):
    """How the rows of a weight lie: each as in the file, or sixteen interleaved."""

    STORED = 0
    INTERLEAVED = 1


@dataclass(frozen=True, slots=True)
class Weight:
    """A tensor of a model file, as its blocks lie there, or a copy with interleaved rows.

    shape: slowest dimension first. data: [rows, row_bytes] uint8, contiguous. As stored it is read
    only and maps the file, so reading it may read the disk, and it keeps the mapping alive. Of
    interleaved rows sixteen lie together: native/include/kt/interleaved.h says how. A copy on a GPU
    is a tensor there.
    """

    name: str
    type: WeightType
    shape: tuple[int, ...]
    data: NDArray[np.uint8] | Tensor
    layout: Layout = Layout.STORED

    @property
    def rows(self) -> int:
        """Product of all dimensions but the last."""
        return prod(self.shape[:-1])

    @property
    def columns(self) -> int:
        """The last dimension, along which the blocks lie."""
        return self.shape[-1]

    @property
    def blocks(self) -> NDArray[np.uint8]:
        """The data of a weight on the CPU."""
        assert isinstance(self.data, np.ndarray)
        return self.data

    def dequantize(self) -> NDArray[np.float32]:
        """Return a copy as float32, of this tensor's shape. Rows must lie as stored, on the CPU."""
        assert self.layout is Layout.STORED
        if not self.type.is_in_files:
            return dequantize_groups(self.blocks, self.type.block_size).reshape(self.shape)
        values = dequantize(self.blocks, GGMLQuantizationType(self.type))
        return np.array(values, dtype=np.float32).reshape(self.shape)
