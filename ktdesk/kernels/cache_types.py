# SPDX-License-Identifier: Apache-2.0
"""What caches of keys and values can be made of."""

from __future__ import annotations

from enum import Enum

import torch
from torch import Tensor

from ktdesk.formats.quant import WeightType

BLOCK = WeightType.Q8_0.block_size  # values that share a scale


class CacheType(Enum):
    """The type of a cache, by its name in the settings.

    A row of Q8_0 is a row of blocks as GGUF files have them, in a tensor of bytes; the others are
    tensors of numbers.
    """

    F32 = "f32"
    F16 = "f16"
    BF16 = "bf16"
    Q8_0 = "q8_0"

    @property
    def dtype(self) -> torch.dtype:
        """The type of the tensor's elements."""
        return _DTYPES[self]

    @property
    def number(self) -> int:
        """What native code calls it."""
        return list(CacheType).index(self)

    def fits(self, width: int) -> bool:
        """Whether a row, or a head's part of one, can have so many values."""
        return self is not CacheType.Q8_0 or width % BLOCK == 0

    def elements(self, width: int) -> int:
        """Return how many elements of the tensor hold so many values."""
        return WeightType.Q8_0.row_bytes(width) if self is CacheType.Q8_0 else width

    def row_bytes(self, width: int) -> int:
        """Return how many bytes hold so many values."""
        return self.elements(width) * self.dtype.itemsize


_DTYPES = {
    CacheType.F32: torch.float32,
    CacheType.F16: torch.float16,
    CacheType.BF16: torch.bfloat16,
    CacheType.Q8_0: torch.uint8,
}


def cache_type_of(cache: Tensor) -> CacheType:
    """Return what the cache is made of: F32 if its elements are of no other type of a cache."""
    return next((kind for kind in CacheType if kind.dtype == cache.dtype), CacheType.F32)
