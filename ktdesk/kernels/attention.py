# SPDX-License-Identifier: Apache-2.0
"""Checked wrapper of native attention, with the words and rules of `kernels/native.py`.

T tokens, H heads, KVH key heads, C cache rows, Dk and Dv sizes of keys and values.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ktdesk.kernels.checks import check, check_cache, check_positive, fail, sizes, stride_bytes

if TYPE_CHECKING:
    from ktdesk.kernels.launches import Stream

MAX_HEAD_SIZE = 1024

# In steps of up to so many tokens each one is computed as in a step of its own, bit for bit: here
# they stand apart; products do so as long as there are too few tokens for panels.
STEP_TOKENS = 8

# Pieces of work, tiles of queries by sections of rows, that occupy the threads of a desktop evenly.
_PIECES = 64
_MAX_SECTIONS = 16
_TILE_QUERIES = 32


def attention_sections(tokens: int, heads: int, kv_heads: int) -> int:
    """Return into how many sections `attention` had best split the cache rows, at most.

    Few queries must share their rows out to occupy all threads. That this is no function of their
    number keeps results independent of it.
    """
    tiles = kv_heads * ceil(tokens * (heads // kv_heads) / _TILE_QUERIES)
    return max(1, min(_MAX_SECTIONS, _PIECES // tiles))


def attention(
    stream: Stream,
    q: Tensor,
    k: Tensor,
    v: Tensor,
    positions: Tensor,
    out: Tensor,
    scale: float,
    sections: Tensor | None = None,
    *,
    places: Tensor | None = None,
    sinks: Tensor | None = None,
    window: int = 0,
    chunk: int = 0,
    rounds: bool = False,
    apart: bool = False,
) -> None:
    """Attend from q [T, H, Dk] to the rows of each token's sequence; out [T, H, Dv], both strided.

    places [T] int32: the cache row of each token, in front of which its sequence stands from
    position 0 on; None: they are the positions. What it sees ends with itself.
    k [C, KVH, Dk] and v [C, KVH, Dv], strided, both of one type; H is a multiple of KVH.
    sinks [H]: a score of each head that takes its share of the weights, and has no value.
    window, chunk: the last rows only that a token sees, or those from a position on that is a
    multiple; 0: no limit.
    sections: room [T, H, S, Dv + 2] for the sums of up to S parts of the rows; None: they stay one.
    rounds: whether products may take bfloat16, several times as fast where there are tiles; on
    GPUs float16 beside a cache of that.
    apart: whether each token is computed as in a call of its own: how rows are cut depends on all
    tokens else.
    """
    tokens, heads, key_size = sizes("q", q, 3)
    _, _, value_size = sizes("out", out, 3)
    rows, kv_heads, _ = sizes("v", v, 3)
    check_positive(kv_heads=kv_heads)
    if heads % kv_heads or k.dtype != v.dtype:
        raise fail(f"{heads} heads over {kv_heads}, keys {k.dtype} and values {v.dtype}: no fit.")
    if min(window, chunk) < 0:
        raise fail(f"A window of {window} rows or chunks of {chunk}: 0 is the least, no limit.")
    if max(key_size, value_size) > MAX_HEAD_SIZE:
        raise fail(f"Heads of {key_size} and {value_size} values: {MAX_HEAD_SIZE} are the limit.")
    keys, kind = check_cache(stream, "k", k, (rows, kv_heads), key_size)
    values, _ = check_cache(stream, "v", v, (rows, kv_heads), value_size)
    room, max_sections = 0, 1
    if sections is not None:
        max_sections = sizes("sections", sections, 4)[2]
        check_positive(sections=max_sections)
        room = check(stream, "sections", sections, (tokens, heads, max_sections, value_size + 2))
    queries = check(stream, "q", q, (tokens, heads, key_size), strided=True)
    target = check(stream, "out", out, (tokens, heads, value_size), strided=True)
    arguments = (
        (queries, q.stride(0), q.stride(1)),
        (keys, stride_bytes(k, 0), stride_bytes(k, 1)),
        (values, stride_bytes(v, 0), stride_bytes(v, 1)),
        kind,
        rounds,
        apart,
        (
            check(stream, "positions", positions, (tokens,), torch.int32),
            check(
                stream, "places", positions if places is None else places, (tokens,), torch.int32
            ),
            0 if sinks is None else check(stream, "sinks", sinks, (heads,)),
            window,
            chunk,
        ),
        (target, out.stride(0), out.stride(1)),
        room,
        max_sections,
        tokens,
        heads,
        kv_heads,
        key_size,
        value_size,
        scale,
    )
    stream.attention(*arguments)
    if max_sections > 1:
        stream.attention_merge(*arguments)


def stand_apart(tokens: int) -> bool:
    """Whether a step's tokens are so few that each is computed as in a step of its own."""
    return tokens <= STEP_TOKENS
