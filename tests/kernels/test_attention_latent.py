# SPDX-License-Identifier: Apache-2.0
"""Latents too wide for other kernels of the GPU: as many queries, rows and columns as tiles end at.

Tiles have 16, 32 or, where two such do not fit, 64 queries; blocks 16 rows, sections at least 64.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from ktdesk.kernels import reference
from ktdesk.kernels.cache_types import CacheType
from tests.kernels.attending import check, places
from tests.kernels.samples import random

if TYPE_CHECKING:
    from ktdesk.kernels.launches import Stream

tiles = pytest.mark.parametrize("heads", [5, 16, 17, 32, 33, 64, 70])


def attend(stream: Stream, tokens: int, heads: int, rows: int, **how: Any) -> None:
    """Attend from tokens at the end of so many rows, behind which there are some of NaN."""
    cache = reference.to_cache(random(rows + 5, 576) / 4, CacheType.BF16)
    cache[rows:] = torch.nan
    positions = torch.arange(rows - tokens, rows, dtype=torch.int32)
    q = random(tokens, heads, 576, seed=1)
    check(stream, q, cache[:, None], cache[:, None, :512], positions, 0.1, rounds=True, **how)


@tiles
@pytest.mark.parametrize("rows", [1, 16, 17, 79])
def test_tiles_and_blocks(stream: Stream, heads: int, rows: int) -> None:
    attend(stream, 1, heads, rows)


@pytest.mark.parametrize("kind", CacheType)
@pytest.mark.parametrize("heads", [16, 32, 64])
def test_what_caches_hold(stream: Stream, kind: CacheType, heads: int) -> None:
    cache = reference.to_cache(random(90, 576) / 4, kind)
    k, v = cache[:, None], cache[:, None, : kind.elements(512)]
    check(stream, random(1, heads, 576), k, v, places(83), 0.1, sections=2, rounds=True)


@pytest.mark.parametrize(("latent", "rope"), [(257, 5), (320, 40), (511, 65), (512, 8)])
@pytest.mark.parametrize("heads", [3, 40])
def test_narrower_latents(stream: Stream, latent: int, rope: int, heads: int) -> None:
    cache = random(70, latent + rope) / 4
    k, v = cache[:, None], cache[:, None, :latent]
    q = random(2, heads, latent + rope)
    check(stream, q, k, v, places(41, 69), 0.1, sections=2, rounds=True)


@pytest.mark.parametrize("sections", [1, 3, 16])
@pytest.mark.parametrize("rows", [63, 200, 517])
def test_sections(stream: Stream, rows: int, sections: int) -> None:
    attend(stream, 1, 64, rows, sections=sections)


@pytest.mark.parametrize(
    "how", [{}, {"window": 50}, {"chunk": 40}, {"sections": 2}, {"sinks": 20}], ids=str
)
@pytest.mark.parametrize(("tokens", "heads"), [(9, 20), (70, 3)])
def test_tokens_of_a_tile(stream: Stream, tokens: int, heads: int, how: dict[str, Any]) -> None:
    if "sinks" in how:
        how = {"sinks": random(heads, seed=2), "sections": 2}
    attend(stream, tokens, heads, 150, **how)


def test_sequences_of_a_tile(stream: Stream) -> None:
    """Three tokens of two sequences; rows between them belong to nobody."""
    cache = (random(300, 576) / 4).bfloat16()
    cache[101:180] = torch.nan
    where, positions = places(99, 100, 250), places(99, 100, 70)
    k, v = cache[:, None], cache[:, None, :512]
    q = random(3, 20, 576)
    check(stream, q, k, v, positions, 0.1, places=where, sections=2, rounds=True)


@pytest.mark.parametrize("kv_heads", [2])
def test_more_than_one_key_head(stream: Stream, kv_heads: int) -> None:
    cache = (random(60, kv_heads, 576) / 4).bfloat16()
    q = random(1, 34, 576)
    check(stream, q, cache, cache[..., :512], places(59), 0.1, rounds=True)


def test_scores_that_rise(stream: Stream) -> None:
    """Sums are scaled where one of a tile's queries has a new largest score, and others do not."""
    rows, heads = 200, 64
    cache = random(rows, 576) / 8
    cache[:, 0] = torch.linspace(-4, 4, rows)
    q = random(1, heads, 576) / 8
    q[0, :, 0] = torch.linspace(-40, 40, heads)
    k = cache.bfloat16()[:, None]
    q = q.bfloat16().float()
    check(stream, q, k, k[..., :512], places(rows - 1), 1.0, sections=2, rounds=True)
