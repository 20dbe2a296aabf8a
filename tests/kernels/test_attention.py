# SPDX-License-Identifier: Apache-2.0
"""Attention over caches: grouped queries, latent rows, tiles, blocks, sections, hidden rows.

The kernel takes 32 queries of a key head at a time, with tiles 128, rows in blocks of 64, and has
narrower code for one or two queries: the sizes below lie on both sides of these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from ktdesk.kernels import reference
from ktdesk.kernels.attention import MAX_HEAD_SIZE, attention, attention_sections
from ktdesk.kernels.cache_types import CacheType
from ktdesk.kernels.streams import open_stream
from tests.compare import assert_close
from tests.kernels.attending import (
    WEIGHTS,
    WEIGHTS_REASON,
    check,
    places,
    room,
    rounding,
    takes_halves,
)
from tests.kernels.samples import FLOAT_SUMS, FLOAT_SUMS_REASON, random, strided

if TYPE_CHECKING:
    from ktdesk.kernels.launches import Stream

cached_heads = pytest.mark.parametrize(
    ("kind", "key_size", "value_size"),
    [
        (kind, key, value)
        for key, value in ((1, 1), (37, 19), (40, 40), (96, 64))
        for kind in CacheType
        if kind.fits(key) and kind.fits(value)
    ],
)


@rounding
@cached_heads
@pytest.mark.parametrize(("heads", "kv_heads"), [(1, 1), (6, 2), (40, 1)])
def test_grouped_queries(
    stream: Stream,
    kind: CacheType,
    heads: int,
    kv_heads: int,
    key_size: int,
    value_size: int,
    rounds: bool,
) -> None:
    positions = places(0, 63, 64, 31, 200)
    q = strided(random(5, heads, key_size))
    k = strided(reference.to_cache(random(201, kv_heads, key_size, seed=1), kind))
    v = strided(reference.to_cache(random(201, kv_heads, value_size, seed=2), kind))
    check(stream, q, k, v, positions, min(0.3, 1.5 / key_size**0.5), rounds=rounds)


@rounding
@pytest.mark.parametrize("kind", CacheType)
@pytest.mark.parametrize(
    ("heads", "latent", "rope"), [(5, 32, 32), (33, 30, 7), (2, 512, 64), (16, 512, 64)]
)
def test_latent_rows_are_keys_and_values(
    stream: Stream, kind: CacheType, heads: int, latent: int, rope: int, rounds: bool
) -> None:
    if not (kind.fits(latent) and kind.fits(rope)):
        pytest.skip("no whole blocks")
    positions = places(63, 64)
    cache = reference.to_cache(random(70, latent + rope) / 4, kind)
    cache[65:] = torch.nan if cache.is_floating_point() else 255  # rows that no token sees
    k, v = cache[:, None], cache[:, None, : kind.elements(latent)]
    check(stream, random(2, heads, latent + rope), k, v, positions, 0.2, rounds=rounds)


@pytest.mark.parametrize("kind", CacheType)
def test_the_error_of_rounded_products(stream: Stream, kind: CacheType) -> None:
    """Against values that are not rounded, at the shape of latents."""
    cache = reference.to_cache(random(300, 576), kind)
    k, v = cache[:, None], cache[:, None, : kind.elements(512)]
    q, out = random(1, 16, 576), torch.full((1, 16, 512), torch.nan)
    attention(stream, q, k, v, places(299), out, 0.06, rounds=True)
    expected = reference.attention(q.double(), k, v, places(299), 0.06)
    reason = "four roundings to bfloat16, (1.1e-3)^2 each, those of scores as large as these"
    assert_close(out, expected, 3e-5, reason)
    if takes_halves(stream, k):
        assert_close(out, expected, 5e-7, "the same of eleven bits, not eight: 64 times less")


@rounding
@pytest.mark.parametrize("tokens", [31, 33, 150])
@pytest.mark.parametrize("start", [0, 40])
@pytest.mark.parametrize(("heads", "kv_heads"), [(2, 2), (6, 2)])
def test_prompts(
    stream: Stream, tokens: int, start: int, heads: int, kv_heads: int, rounds: bool
) -> None:
    positions = torch.arange(start, start + tokens, dtype=torch.int32)
    k, v = random(start + tokens, kv_heads, 20), random(start + tokens, kv_heads, 12, seed=1)
    check(stream, random(tokens, heads, 20), k, v, positions, 0.3, rounds=rounds)


@pytest.mark.parametrize("sections", [1, 2, 3, 16])
@rounding
@pytest.mark.parametrize("last", [0, 511, 512, 1400])
@pytest.mark.parametrize("heads", [2, 40])
def test_sections_of_rows(
    stream: Stream, sections: int, last: int, heads: int, rounds: bool
) -> None:
    positions = places(last, last // 3)  # the second token sees no row of some sections
    k, v = random(last + 1, 1, 20), random(last + 1, 1, 12, seed=1)
    q = random(2, heads, 20)
    check(stream, q, k, v, positions, 0.3, sections=sections, rounds=rounds)


@rounding
@pytest.mark.parametrize("start", [0, 300])
def test_prompts_whose_rows_are_in_sections(stream: Stream, start: int, rounds: bool) -> None:
    """Into as many for the first tokens, which see fewer rows than there are sections."""
    positions = torch.arange(start, start + 150, dtype=torch.int32)
    k, v = random(start + 150, 2, 20), random(start + 150, 2, 12, seed=1)
    check(stream, random(150, 2, 20), k, v, positions, 0.3, sections=5, rounds=rounds)


@rounding
@pytest.mark.parametrize("sections", [1, 16])
def test_rows_after_a_token_are_hidden(stream: Stream, sections: int, rounds: bool) -> None:
    """A token beside others that see more, whose rows would outweigh all of its own."""
    positions = places(600, 5, 599)
    k, v = random(601, 1, 8), random(601, 1, 8, seed=1)
    k[6:], v[6:] = 30, 1e6
    q, out = random(3, 4, 8).abs().bfloat16().float(), torch.full((3, 4, 8), torch.nan)
    k, v = k.bfloat16().float(), v.bfloat16().float()
    attention(stream, q, k, v, positions, out, 1.0, room(out, sections), rounds=rounds)
    expected = reference.attention(q.double(), k, v, positions, 1.0)
    limits = (WEIGHTS, WEIGHTS_REASON) if rounds else (FLOAT_SUMS, FLOAT_SUMS_REASON)
    assert_close(out[1], expected[1], *limits)
    assert_close(out[::2], expected[::2], *limits)


@rounding
@pytest.mark.parametrize("sections", [1, 4])
@pytest.mark.parametrize("queries", [1, 20])
def test_scores_far_apart_stay_finite(
    stream: Stream, queries: int, sections: int, rounds: bool
) -> None:
    """The running maximum rises by more than an exponential can hold, in the last block."""
    k = torch.full((600, 1, 1), -500.0)
    k[-1] = 500.0
    v, q = random(600, 1, 3).bfloat16().float(), torch.ones(1, queries, 1)
    out = torch.full((1, queries, 3), torch.nan)
    attention(stream, q, k, v, places(599), out, 1.0, room(out, sections), rounds=rounds)
    assert_close(
        out[0], v[-1].expand(queries, -1), 1e-13, "all other rows have weights below e^-87"
    )


@rounding
def test_scores_that_rise_slowly(stream: Stream, rounds: bool) -> None:
    """Sums are not scaled at every new largest score: here it grows from block to block."""
    k = torch.linspace(-80, 80, 700)[:, None, None].bfloat16().float()
    check(stream, torch.ones(1, 20, 1), k, random(700, 1, 3), places(699), 1.0, rounds=rounds)


@rounding
def test_equal_scores_give_the_mean(stream: Stream, rounds: bool) -> None:
    """Weights are exact then, so only values are rounded."""
    q, k = torch.ones(2, 20, 40), torch.ones(333, 1, 40) / 4
    v = random(333, 1, 40).bfloat16().float()
    out = torch.full((2, 20, 40), torch.nan)
    attention(stream, q, k, v, places(0, 332), out, 8.0, rounds=rounds)
    assert torch.equal(out[0], v[0].expand(20, -1))
    expected = v.double().mean(0).expand(20, -1)
    assert_close(out[1], expected, FLOAT_SUMS, FLOAT_SUMS_REASON)


@pytest.mark.parametrize(("tokens", "heads", "kv_heads"), [(1, 40, 1), (1, 6, 6), (50, 6, 2)])
@rounding
def test_the_number_of_threads_changes_nothing(
    tokens: int, heads: int, kv_heads: int, rounds: bool
) -> None:
    positions = torch.arange(1600 - tokens, 1600, dtype=torch.int32)
    k, v = random(1600, kv_heads, 20), random(1600, kv_heads, 12, seed=1)
    q, results = random(tokens, heads, 20), []
    for threads in (1, 2, 3, 7):
        out = torch.full((tokens, heads, 12), torch.nan)
        sections = room(out, 16)
        attention(open_stream(threads), q, k, v, positions, out, 0.3, sections, rounds=rounds)
        results.append(out)
    assert all(torch.equal(out, results[0]) for out in results)
    assert results[0].isfinite().all()


@rounding
def test_a_replay_reads_the_positions(stream: Stream, rounds: bool) -> None:
    """The rows, and into how many sections they go, are those of the replay, not the capture."""
    k, v, positions = random(1400, 1, 20), random(1400, 1, 12, seed=1), places(0)
    q, out = random(1, 40, 20), torch.zeros(1, 40, 12)
    kept = room(out, 4)
    stream.begin_capture()
    attention(stream, q, k, v, positions, out, 0.3, kept, rounds=rounds)
    graph = stream.end_capture()
    for position in (0, 64, 255, 256, 767, 1399, 3):
        positions[0] = position
        graph.replay()
        eager = torch.zeros_like(out)
        attention(stream, q, k, v, positions, eager, 0.3, room(out, 4), rounds=rounds)
        assert torch.equal(out, eager)
        check(stream, q, k, v, positions, 0.3, sections=4, rounds=rounds)


@rounding
def test_the_widest_heads(stream: Stream, rounds: bool) -> None:
    """What threads work with has room for exactly so much; here for 80 queries at a time."""
    k, v = random(70, 1, MAX_HEAD_SIZE), random(70, 1, MAX_HEAD_SIZE, seed=1)
    check(stream, random(2, 90, MAX_HEAD_SIZE), k, v, places(69, 68), 0.05, rounds=rounds)


def test_few_queries_share_out_their_rows_and_many_do_not() -> None:
    assert attention_sections(1, 128, 1) == 16
    assert attention_sections(1, 32, 8) == 8
    assert attention_sections(512, 128, 1) == 1
    assert attention_sections(1, 128, 128) == 1
