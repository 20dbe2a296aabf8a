# SPDX-License-Identifier: Apache-2.0
"""The rows of a model's caches as bytes: all that a model keeps of a token.

Nothing here knows what a row means, so that it serves every architecture and type of cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray

from ktdesk.operators.site import Cache

Bytes = NDArray[np.uint8]


class CacheRows:
    """The rows of all caches, by place. A *block* is what some consecutive tokens have of them.

    In a block of n tokens, the n rows of the first cache are followed by those of the second.
    caches: [context, row elements] each, contiguous. row_bytes: of each cache.
    count: of the rows.
    """

    def __init__(self, caches: Sequence[Cache]) -> None:
        self._caches = [Cache(cache.rows.view(torch.uint8), cache.device) for cache in caches]
        self.row_bytes = tuple(cache.rows.shape[1] for cache in self._caches)
        self.token_bytes = sum(self.row_bytes)
        self.count = min((len(cache.rows) for cache in self._caches), default=0)

    def read(self, start: int, stop: int) -> Bytes:
        """Return a copy of the tokens' block, [(stop - start) * token_bytes]."""
        block = np.empty((stop - start) * self.token_bytes, np.uint8)
        for cache, part in self._parts(block, stop - start):
            np.copyto(part, cache.device.read(cache.rows[start:stop]).numpy())
        return block

    def write(self, start: int, block: Bytes, count: int) -> None:
        """Put the first `count` tokens of a block back, from row `start` on."""
        for cache, part in self._parts(block, len(block) // self.token_bytes):
            cache.device.write(cache.rows[start : start + count], part[:count])

    def copy(self, source: int, target: int, count: int) -> None:
        """Copy rows to another place; the two may overlap."""
        for cache in self._caches:
            cache.device.copy_rows(cache.rows, source, target, count)

    def _parts(self, block: Bytes, tokens: int) -> Iterator[tuple[Cache, Bytes]]:
        """Yield each cache, and its rows [tokens, row bytes] in a block."""
        ends = np.cumsum([0, *(tokens * size for size in self.row_bytes)])
        parts = zip(self._caches, self.row_bytes, pairwise(map(int, ends)), strict=True)
        for cache, size, (begin, end) in parts:
            yield cache, block[begin:end].reshape(tokens, size)
