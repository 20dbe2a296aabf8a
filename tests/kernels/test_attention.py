# SPDX-License-Identifier: Apache-2.0
"""Attention over caches: grouped queries, latent rows, blocks of keys, half precision."""

from __future__ import annotations

import pytest
import torch

from ktdesk._native import Stream
from ktdesk.kernels import cpu, reference
from tests.compare import assert_close
from tests.kernels.samples import FLOAT_SUMS, FLOAT_SUMS_REASON, random, strided

caches = pytest.mark.parametrize("dtype", [torch.float16, torch.float32])


@caches
@pytest.mark.parametrize(("heads", "kv_heads"), [(1, 1), (6, 2), (4, 4)])
@pytest.mark.parametrize(("key_size", "value_size"), [(1, 1), (24, 24), (37, 19)])
def test_grouped_queries(
    stream: Stream, dtype: torch.dtype, heads: int, kv_heads: int, key_size: int, value_size: int
) -> None:
    # The kernel takes keys in blocks of 32: one row, a full block, one more, several.
    positions = torch.tensor([0, 31, 32, 100], dtype=torch.int32)
    q = random(4, heads, key_size)
    k = strided(random(101, kv_heads, key_size, seed=1).to(dtype))
    v = strided(random(101, kv_heads, value_size, seed=2).to(dtype))
    out = torch.full((4, heads, value_size), torch.nan)
    cpu.attention(stream, q, k, v, positions, out, 0.3)
    expected = reference.attention(q.double(), k, v, positions, 0.3)
    assert_close(out, expected, FLOAT_SUMS, FLOAT_SUMS_REASON)


@caches
def test_latent_rows_are_keys_and_values(stream: Stream, dtype: torch.dtype) -> None:
    positions = torch.tensor([63, 64], dtype=torch.int32)
    cache = random(70, 40).to(dtype)
    cache[65:] = torch.nan  # rows that no token sees
    k, v = cache[:, None], cache[:, None, :32]
    q, out = random(2, 5, 40), torch.full((2, 5, 32), torch.nan)
    cpu.attention(stream, q, k, v, positions, out, 0.2)
    expected = reference.attention(q.double(), k, v, positions, 0.2)
    assert_close(out, expected, FLOAT_SUMS, FLOAT_SUMS_REASON)


def test_scores_far_apart_stay_finite(stream: Stream) -> None:
    """The running maximum rises by more than an exponential can hold, in the last block."""
    k = torch.full((70, 1, 1), -500.0)
    k[-1] = 500.0
    v, q, out = random(70, 1, 3), torch.ones(1, 1, 1), torch.full((1, 1, 3), torch.nan)
    positions = torch.tensor([69], dtype=torch.int32)
    cpu.attention(stream, q, k, v, positions, out, 1.0)
    assert_close(out[0], v[-1], 1e-13, "all other rows have weights below e^-87")
