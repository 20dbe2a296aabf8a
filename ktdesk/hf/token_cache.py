# SPDX-License-Identifier: Apache-2.0
"""`past_key_values` over the engine's own cache.

The engine knows rows by their tokens: what stands in its cache of a sequence, or in its store, is
not computed again. So what a cache object must keep of a row is its tokens. Cropping, reordering
and repeating are then exact, and cost nothing until the next step; rows that the engine has let go
meanwhile are read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import torch
from transformers.cache_utils import Cache, CacheLayerMixin

# What a row has in each column: a token, or None where the attention mask hides it.
Row = tuple[int | None, ...]


class _Tokens(CacheLayerMixin):
    """The one layer of a `TokenCache`."""

    is_croppable = True
    supports_early_init = False

    def __init__(self) -> None:
        base: Any = super()  # the library's own types are partial
        base.__init__()
        self.rows: list[Row] = []

    @property
    def batch_size(self) -> int:
        """How many rows there are; -1 before the first step."""
        return len(self.rows) or -1

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        """Refuse: keys and values stay in the engine."""
        self.update(key_states, value_states)

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> NoReturn:
        """Refuse: keys and values stay in the engine."""
        raise TypeError("a TokenCache belongs to a KTModelForCausalLM, and to no other model")

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Return how many columns a mask has, and where it begins."""
        return self.get_seq_length() + query_length, 0

    def get_seq_length(self) -> int:
        """Return how many columns there are."""
        return len(self.rows[0]) if self.rows else 0

    def get_max_length(self) -> int:
        """Return -1: the engine's context is the limit."""
        return -1

    def reset(self) -> None:
        """Forget all rows."""
        self.rows = []

    def crop(self, tokens_to_remove: int) -> None:
        """Forget the last columns; their number is given below 0, as `transformers` does."""
        if tokens_to_remove > 0:
            raise ValueError(f"crop takes the number to remove below 0, not {tokens_to_remove}")
        left = max(0, self.get_seq_length() + tokens_to_remove)
        self.rows = [row[:left] for row in self.rows]

    def reorder_cache(self, beam_idx: torch.Tensor) -> None:
        """Put the rows of the chosen beams in the place of the present ones."""
        self.batch_select_indices(beam_idx)

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Keep some rows, in this order."""
        if self.rows:
            self.rows = [self.rows[int(i)] for i in indices]

    def batch_repeat_interleave(self, repeats: int) -> None:
        """Repeat each row."""
        self.rows = [row for row in self.rows for _ in range(repeats)]


class TokenCache(Cache):
    """What a model has read, row by row. Belongs to one `KTModelForCausalLM`."""

    def __init__(self) -> None:
        self._tokens = _Tokens()
        super().__init__(layers=[self._tokens])

    @property
    def rows(self) -> Sequence[Row]:
        """The rows of the batch, all with the same number of columns; none before the first."""
        return self._tokens.rows

    def extend(self, rows: Sequence[Row]) -> None:
        """Note what was read of each row."""
        before = self._tokens.rows or [()] * len(rows)
        self._tokens.rows = [old + new for old, new in zip(before, rows, strict=True)]
