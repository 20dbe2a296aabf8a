# SPDX-License-Identifier: Apache-2.0
"""What attention sees: windows, chunks, and sinks, which take weights but have no value.

Blocks have 64 rows, with tiles 256, counted from the first row that a query of the tile sees.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention
from transformers.masking_utils import (
    chunked_causal_mask_function,
    sliding_window_causal_mask_function,
)
from transformers.models.gpt_oss.modeling_gpt_oss import eager_attention_forward

from ktdesk.errors import KernelError
from ktdesk.kernels import reference
from ktdesk.kernels.attention import attention
from ktdesk.kernels.cache_types import CacheType
from ktdesk.kernels.streams import open_stream
from tests.compare import assert_close
from tests.kernels.attending import check, places, room, rounding
from tests.kernels.samples import FLOAT_SUMS, FLOAT_SUMS_REASON, random, strided

if TYPE_CHECKING:
    from ktdesk.kernels.launches import Stream

LIMITS = [
    {"window": 1},
    {"window": 100},
    {"window": 9999},
    {"chunk": 50},
    {"chunk": 128},
    {"window": 30, "chunk": 50},
]
limited = pytest.mark.parametrize("limits", LIMITS, ids=str)
START = 1000  # of prompts, where a window has left most rows behind


def caches(rows: int, kv_heads: int, first: int = 0) -> tuple[Tensor, Tensor]:
    """Return keys of 20 values and values of 12; those before the row `first` are NaN."""
    k, v = random(rows, kv_heads, 20), random(rows, kv_heads, 12, seed=1)
    k[:first] = v[:first] = torch.nan
    return k, v


def first_row(position: int, window: int = 0, chunk: int = 0) -> int:
    """Return the first row that a token at the position sees, counted one by one."""
    return next(
        row
        for row in range(position + 1)
        if (not window or row > position - window)
        and (not chunk or row // chunk == position // chunk)
    )


@rounding
@limited
@pytest.mark.parametrize(("heads", "kv_heads"), [(2, 2), (40, 1)])
def test_prompts(
    stream: Stream, heads: int, kv_heads: int, limits: dict[str, int], rounds: bool
) -> None:
    tokens = 150
    positions = torch.arange(START, START + tokens, dtype=torch.int32)
    k, v = caches(START + tokens, kv_heads, first_row(START, **limits))
    check(stream, random(tokens, heads, 20), k, v, positions, 0.3, rounds=rounds, **limits)


@rounding
@limited
@pytest.mark.parametrize("heads", [1, 40])
def test_one_token_of_a_long_context(
    stream: Stream, heads: int, limits: dict[str, int], rounds: bool
) -> None:
    k, v = caches(5000, 1, first_row(4980, **limits))
    k[4981:] = v[4981:] = torch.nan
    for sections in (1, 16):
        q = random(1, heads, 20)
        check(stream, q, k, v, places(4980), 0.3, sections=sections, rounds=rounds, **limits)


@rounding
@pytest.mark.parametrize("kind", CacheType)
@pytest.mark.parametrize("sections", [1, 3])
def test_every_type_of_cache(stream: Stream, kind: CacheType, sections: int, rounds: bool) -> None:
    k = strided(reference.to_cache(random(901, 2, 64, seed=1), kind))
    v = strided(reference.to_cache(random(901, 2, 32, seed=2), kind))
    for x in (k, v):
        x[:300] = torch.nan if x.is_floating_point() else 255
    q = strided(random(2, 16, 64))
    sinks = random(16)
    check(
        stream,
        q,
        k,
        v,
        places(900, 899),
        0.15,
        sections=sections,
        sinks=sinks,
        window=600,
        rounds=rounds,
    )


@rounding
@pytest.mark.parametrize("limits", [{}, {"window": 100}, {"window": 700}, {"chunk": 400}], ids=str)
@pytest.mark.parametrize("sections", [1, 16])
@pytest.mark.parametrize("heads", [2, 66])
def test_sinks(
    stream: Stream, heads: int, sections: int, limits: dict[str, int], rounds: bool
) -> None:
    """Some outweigh all rows, some nearly vanish; the last token sees no row of most sections."""
    sinks = torch.linspace(-9, 9, heads)
    k, v = caches(1300, 2)
    q = random(3, heads, 20)
    check(
        stream,
        q,
        k,
        v,
        places(1299, 700, 1),
        0.3,
        sections=sections,
        sinks=sinks,
        rounds=rounds,
        **limits,
    )


@rounding
@pytest.mark.parametrize("sections", [1, 4])
@pytest.mark.parametrize("heads", [1, 20])
def test_sinks_far_from_all_scores(stream: Stream, heads: int, sections: int, rounds: bool) -> None:
    k, v = caches(600, 1)
    q, out = random(1, heads, 20), torch.full((1, heads, 12), torch.nan)
    for sink in (-1e4, 1e4):
        sinks = torch.full((heads,), sink)
        kept = room(out, sections)
        attention(stream, q, k, v, places(599), out, 0.3, kept, sinks=sinks, rounds=rounds)
        if sink > 0:
            assert out.abs().max() < 1e-30
        else:
            expected = reference.attention(q.double(), k, v, places(599), 0.3)
            rounded = rounds and stream.rounds_attention
            bfloat16 = 1e-4, "queries, keys, values and weights in bfloat16"
            assert_close(out, expected, *(bfloat16 if rounded else (FLOAT_SUMS, FLOAT_SUMS_REASON)))


@rounding
@pytest.mark.parametrize("limits", [{}, {"window": 100}, {"chunk": 64}], ids=str)
@pytest.mark.parametrize("sections", [1, 16])
@pytest.mark.parametrize(("heads", "kv_heads"), [(1, 1), (8, 4), (40, 1)])
def test_several_sequences(
    stream: Stream,
    heads: int,
    kv_heads: int,
    sections: int,
    limits: dict[str, int],
    rounds: bool,
) -> None:
    """Prompts and single tokens, in any order, of sequences with rows of NaN between them."""
    parts = ((700, range(690, 691)), (0, range(70)), (1500, range(150)), (300, range(200, 203)))
    k, v = caches(1700, kv_heads)
    positions, rows = list[int](), list[int]()
    stored = torch.zeros(1700, dtype=torch.bool)
    for base, part in parts:
        positions += part
        rows += (base + position for position in part)
        stored[base : base + part.stop] = True
    k[~stored] = v[~stored] = torch.nan
    check(
        stream,
        random(len(rows), heads, 20),
        k,
        v,
        places(*positions),
        0.3,
        sections=sections,
        places=places(*rows),
        sinks=random(heads),
        rounds=rounds,
        **limits,
    )


@rounding
def test_the_number_of_threads_changes_nothing(rounds: bool) -> None:
    positions = torch.arange(1550, 1600, dtype=torch.int32)
    k, v = caches(1600, 2)
    for tokens in (1, 50):
        q, results = random(tokens, 6, 20), list[Tensor]()
        for threads in (1, 2, 3, 7):
            out = torch.full((tokens, 6, 12), torch.nan)
            attention(
                open_stream(threads),
                q,
                k,
                v,
                positions[:tokens],
                out,
                0.3,
                room(out, 16),
                sinks=random(6),
                window=900,
                rounds=rounds,
            )
            results.append(out)
        assert all(torch.equal(out, results[0]) for out in results)
        assert results[0].isfinite().all()


@rounding
def test_a_replay_reads_the_positions(stream: Stream, rounds: bool) -> None:
    k, v = caches(1400, 1)
    positions, q, out, sinks = places(0), random(1, 40, 20), torch.zeros(1, 40, 12), random(40)
    kept = room(out, 4)
    options: dict[str, Any] = {"sinks": sinks, "window": 600, "rounds": rounds}
    stream.begin_capture()
    attention(stream, q, k, v, positions, out, 0.3, kept, **options)
    graph = stream.end_capture()
    for position in (0, 64, 599, 600, 767, 1399, 3):
        positions[0] = position
        graph.replay()
        eager = torch.zeros_like(out)
        attention(stream, q, k, v, positions, eager, 0.3, room(out, 4), **options)
        assert torch.equal(out, eager)
        check(stream, q, k, v, positions, 0.3, sections=4, **options)


@pytest.mark.parametrize("limits", [{"window": -1}, {"chunk": -1}], ids=str)
def test_negative_limits_are_refused(limits: dict[str, int]) -> None:
    x = torch.zeros(1, 1, 1)
    with pytest.raises(KernelError, match="0 is the least"):
        attention(open_stream(1), x, x, x, places(0), x.clone(), 1.0, **limits)


def test_sinks_of_another_number_of_heads_are_refused() -> None:
    x = torch.zeros(1, 1, 1)
    with pytest.raises(KernelError, match=r"sinks must have the shape \[1\]"):
        attention(open_stream(1), x, x, x, places(0), x.clone(), 1.0, sinks=torch.zeros(2))


def mask(positions: Tensor, rows: int, window: int = 0, chunk: int = 0) -> Tensor:
    """Return which rows [T, C] tokens see, as `transformers` says."""
    seen = torch.ones(len(positions), rows, dtype=torch.bool)
    functions: list[Any] = []
    if window:
        functions.append(sliding_window_causal_mask_function(window))
    if chunk:
        functions.append(chunked_causal_mask_function(chunk, torch.zeros(1, dtype=torch.int32)))
    for sees in functions:
        seen &= sees(0, 0, positions[:, None], torch.arange(rows))
    return seen


@limited
def test_the_definition_agrees_with_torch(limits: dict[str, int]) -> None:
    positions = places(*range(150, 170), 3, 0)
    q, (k, v) = random(len(positions), 6, 20), caches(170, 2)
    expected = scaled_dot_product_attention(
        q.double().transpose(0, 1),
        k.double().transpose(0, 1),
        v.double().transpose(0, 1),
        mask(positions, 170, **limits),
        scale=0.3,
        enable_gqa=True,
    )
    actual = reference.attention(q.double(), k, v, positions, 0.3, **limits)
    assert_close(actual, expected.transpose(0, 1), 1e-28, "float64 sums in another order")


def test_the_definition_keeps_sequences_apart() -> None:
    q, (k, v) = random(5, 6, 20), caches(170, 2)
    positions, rows = places(3, 4, 0, 1, 59), places(43, 44, 100, 101, 159)
    both = reference.attention(q, k, v, positions, 0.3, places=rows, window=40)
    first = reference.attention(q[:2], k[40:], v[40:], positions[:2], 0.3, window=40)
    second = reference.attention(q[2:], k[100:], v[100:], positions[2:], 0.3, window=40)
    assert_close(both, torch.cat((first, second)), FLOAT_SUMS, FLOAT_SUMS_REASON)


@pytest.mark.parametrize("window", [7, 1000])
def test_the_definition_has_the_sinks_of_gpt_oss(window: int) -> None:
    positions = torch.arange(90, 120, dtype=torch.int32)
    q, (k, v) = random(30, 6, 20), caches(120, 2)
    sinks = random(6).double()
    seen = mask(positions, 120, window)
    module: Any = SimpleNamespace(num_key_value_groups=3, sinks=sinks, training=False)
    expected, _ = eager_attention_forward(
        module,
        *(x.double().transpose(0, 1)[None] for x in (q, k, v)),
        torch.where(seen, 0.0, -torch.inf).double()[None, None],
        scaling=0.3,
    )
    actual = reference.attention(q.double(), k, v, positions, 0.3, window=window, sinks=sinks)
    assert_close(actual, expected[0], 1e-28, "float64 sums in another order")
