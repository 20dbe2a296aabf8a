# SPDX-License-Identifier: Apache-2.0
"""Attention over caches: grouped queries, latent rows, tiles, blocks, sections, hidden rows.

The kernel takes 32 queries of a key head at a time, rows in blocks of 64, and has narrower code for
one or two queries: the sizes below lie on both sides of these.
"""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ktdesk._native import Stream
from ktdesk.kernels import reference
from ktdesk.kernels.attention import MAX_HEAD_SIZE, attention, attention_sections
from ktdesk.kernels.streams import open_stream
from tests.compare import assert_close
from tests.kernels.samples import FLOAT_SUMS, FLOAT_SUMS_REASON, random, strided

caches = pytest.mark.parametrize("dtype", [torch.float16, torch.float32])


def room(out: Tensor, sections: int) -> Tensor:
    """Return room for the sums of sections, which the kernel must write before it reads them."""
    tokens, heads, size = out.shape
    return torch.full((tokens, heads, sections, size + 2), torch.nan)


def places(*positions: int) -> Tensor:
    return torch.tensor(positions, dtype=torch.int32)


@caches
@pytest.mark.parametrize(("heads", "kv_heads"), [(1, 1), (6, 2), (4, 4), (40, 1)])
@pytest.mark.parametrize(("key_size", "value_size"), [(1, 1), (24, 24), (37, 19)])
def test_grouped_queries(
    stream: Stream, dtype: torch.dtype, heads: int, kv_heads: int, key_size: int, value_size: int
) -> None:
    positions = places(0, 63, 64, 31, 200)
    q = strided(random(5, heads, key_size))
    k = strided(random(201, kv_heads, key_size, seed=1).to(dtype))
    v = strided(random(201, kv_heads, value_size, seed=2).to(dtype))
    out = strided(torch.zeros(5, heads, value_size))
    attention(stream, q, k, v, positions, out, 0.3)
    expected = reference.attention(q.double(), k, v, positions, 0.3)
    assert_close(out, expected, FLOAT_SUMS, FLOAT_SUMS_REASON)


@caches
@pytest.mark.parametrize(("heads", "latent", "rope"), [(5, 32, 8), (33, 30, 7), (2, 512, 64)])
def test_latent_rows_are_keys_and_values(
    stream: Stream, dtype: torch.dtype, heads: int, latent: int, rope: int
) -> None:
    positions = places(63, 64)
    cache = random(70, latent + rope).to(dtype) / 4
    cache[65:] = torch.nan  # rows that no token sees
    k, v = cache[:, None], cache[:, None, :latent]
    q, out = random(2, heads, latent + rope), torch.full((2, heads, latent), torch.nan)
    attention(stream, q, k, v, positions, out, 0.2)
    expected = reference.attention(q.double(), k, v, positions, 0.2)
    assert_close(out, expected, FLOAT_SUMS, FLOAT_SUMS_REASON)


@pytest.mark.parametrize("tokens", [31, 32, 33, 100])
@pytest.mark.parametrize("start", [0, 40])
@pytest.mark.parametrize(("heads", "kv_heads"), [(2, 2), (6, 2)])
def test_prompts(stream: Stream, tokens: int, start: int, heads: int, kv_heads: int) -> None:
    positions = torch.arange(start, start + tokens, dtype=torch.int32)
    k, v = random(start + tokens, kv_heads, 20), random(start + tokens, kv_heads, 12, seed=1)
    q, out = random(tokens, heads, 20), torch.full((tokens, heads, 12), torch.nan)
    attention(stream, q, k, v, positions, out, 0.3)
    expected = reference.attention(q.double(), k, v, positions, 0.3)
    assert_close(out, expected, FLOAT_SUMS, FLOAT_SUMS_REASON)


@pytest.mark.parametrize("sections", [1, 2, 3, 16])
@pytest.mark.parametrize("last", [0, 127, 128, 255, 256, 700])
@pytest.mark.parametrize("heads", [2, 6, 40])
def test_sections_of_rows(stream: Stream, sections: int, last: int, heads: int) -> None:
    positions = places(last, last // 3)  # the second token sees no row of some sections
    k, v = random(last + 1, 1, 20), random(last + 1, 1, 12, seed=1)
    q, out = random(2, heads, 20), torch.full((2, heads, 12), torch.nan)
    attention(stream, q, k, v, positions, out, 0.3, room(out, sections))
    expected = reference.attention(q.double(), k, v, positions, 0.3)
    assert_close(out, expected, FLOAT_SUMS, FLOAT_SUMS_REASON)


@pytest.mark.parametrize("sections", [1, 16])
def test_rows_after_a_token_are_hidden(stream: Stream, sections: int) -> None:
    """A token beside others that see more, whose rows would outweigh all of its own."""
    positions = places(300, 5, 299)
    k, v = random(301, 1, 8), random(301, 1, 8, seed=1)
    k[6:], v[6:] = 30, 1e6
    q, out = random(3, 4, 8).abs(), torch.full((3, 4, 8), torch.nan)
    attention(stream, q, k, v, positions, out, 1.0, room(out, sections))
    expected = reference.attention(q.double(), k, v, positions, 1.0)
    assert_close(out[1], expected[1], FLOAT_SUMS, FLOAT_SUMS_REASON)
    assert_close(out[::2], expected[::2], FLOAT_SUMS, FLOAT_SUMS_REASON)


@pytest.mark.parametrize("sections", [1, 4])
@pytest.mark.parametrize("queries", [1, 20])
def test_scores_far_apart_stay_finite(stream: Stream, queries: int, sections: int) -> None:
    """The running maximum rises by more than an exponential can hold, in the last block."""
    k = torch.full((300, 1, 1), -500.0)
    k[-1] = 500.0
    v, q = random(300, 1, 3), torch.ones(1, queries, 1)
    out = torch.full((1, queries, 3), torch.nan)
    attention(stream, q, k, v, places(299), out, 1.0, room(out, sections))
    assert_close(
        out[0], v[-1].expand(queries, -1), 1e-13, "all other rows have weights below e^-87"
    )


def test_scores_that_rise_slowly(stream: Stream) -> None:
    """Sums are not scaled at every new largest score: here it grows from block to block."""
    k = torch.linspace(-40, 40, 700)[:, None, None]
    v, q, out = random(700, 1, 3), torch.ones(1, 20, 1), torch.full((1, 20, 3), torch.nan)
    attention(stream, q, k, v, places(699), out, 1.0)
    expected = reference.attention(q.double(), k, v, places(699), 1.0)
    assert_close(out, expected, FLOAT_SUMS, FLOAT_SUMS_REASON)


@pytest.mark.parametrize(("tokens", "heads", "kv_heads"), [(1, 40, 1), (1, 6, 6), (50, 6, 2)])
def test_the_number_of_threads_changes_nothing(tokens: int, heads: int, kv_heads: int) -> None:
    positions = torch.arange(600 - tokens, 600, dtype=torch.int32)
    k, v = random(600, kv_heads, 20), random(600, kv_heads, 12, seed=1)
    q, results = random(tokens, heads, 20), []
    for threads in (1, 2, 3, 7):
        out = torch.full((tokens, heads, 12), torch.nan)
        attention(open_stream(threads), q, k, v, positions, out, 0.3, room(out, 16))
        results.append(out)
    assert all(torch.equal(out, results[0]) for out in results)
    assert results[0].isfinite().all()


def test_a_replay_reads_the_positions(stream: Stream) -> None:
    """The rows, and into how many sections they go, are those of the replay, not the capture."""
    k, v, positions = random(700, 1, 20), random(700, 1, 12, seed=1), places(0)
    q, out = random(1, 40, 20), torch.zeros(1, 40, 12)
    kept = room(out, 4)
    stream.begin_capture()
    attention(stream, q, k, v, positions, out, 0.3, kept)
    graph = stream.end_capture()
    for position in (0, 64, 127, 128, 383, 699, 3):
        positions[0] = position
        graph.replay()
        eager = torch.zeros_like(out)
        attention(stream, q, k, v, positions, eager, 0.3, room(out, 4))
        assert torch.equal(out, eager)
        expected = reference.attention(q.double(), k, v, positions, 0.3)
        assert_close(out, expected, FLOAT_SUMS, FLOAT_SUMS_REASON)


def test_the_widest_heads(stream: Stream) -> None:
    """What threads work with has room for exactly so much."""
    k, v = random(70, 1, MAX_HEAD_SIZE), random(70, 1, MAX_HEAD_SIZE, seed=1)
    q, out = random(1, 32, MAX_HEAD_SIZE), torch.full((1, 32, MAX_HEAD_SIZE), torch.nan)
    attention(stream, q, k, v, places(69), out, 0.05)
    expected = reference.attention(q.double(), k, v, places(69), 0.05)
    assert_close(out, expected, FLOAT_SUMS, FLOAT_SUMS_REASON)


def test_few_queries_share_out_their_rows_and_many_do_not() -> None:
    assert attention_sections(1, 128, 1) == 16
    assert attention_sections(1, 32, 8) == 8
    assert attention_sections(512, 128, 1) == 1
    assert attention_sections(1, 128, 128) == 1
