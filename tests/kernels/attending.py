# SPDX-License-Identifier: Apache-2.0
"""What the tests of attention share: room for its sums, and the comparison with its definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor

from ktdesk.kernels import reference
from ktdesk.kernels.attention import attention
from tests.compare import assert_close
from tests.gpu.under_test import LaunchedAtOnce
from tests.kernels.samples import FLOAT_SUMS, FLOAT_SUMS_REASON, strided

if TYPE_CHECKING:
    from ktdesk.kernels.launches import Stream

WEIGHTS = 1e-5
WEIGHTS_REASON = "weights rounded to sixteen bits, at most (2e-3)^2 each, more where they cancel"

rounding = pytest.mark.parametrize("rounds", [False, True], ids=["exact", "rounds"])


def room(out: Tensor, sections: int) -> Tensor:
    """Return room for the sums of sections, which the kernel must write before it reads them."""
    tokens, heads, size = out.shape
    return torch.full((tokens, heads, sections, size + 2), torch.nan)


def places(*positions: int) -> Tensor:
    return torch.tensor(positions, dtype=torch.int32)


def takes_halves(stream: Stream, k: Tensor) -> bool:
    """Whether products that are rounded take float16: on cards, where the cache is made of it."""
    return isinstance(stream, LaunchedAtOnce) and k.dtype is torch.float16


def check(
    stream: Stream,
    q: Tensor,
    k: Tensor,
    v: Tensor,
    positions: Tensor,
    scale: float,
    *,
    sections: int = 1,
    places: Tensor | None = None,
    sinks: Tensor | None = None,
    window: int = 0,
    chunk: int = 0,
    rounds: bool = False,
) -> None:
    """Attend and compare with float64 over the values that the products take.

    Rows of NaN, or of bytes that are, stand for those that the kernel must not read.
    """
    tokens, heads, _ = q.shape
    value_size = reference.load_rows(v[:1]).shape[-1]
    out = strided(torch.full((tokens, heads, value_size), torch.nan))
    attention(
        stream,
        q,
        k,
        v,
        positions,
        out,
        scale,
        room(out, sections),
        places=places,
        sinks=sinks,
        window=window,
        chunk=chunk,
        rounds=rounds,
    )
    limits = (FLOAT_SUMS, FLOAT_SUMS_REASON)
    if rounds and stream.rounds_attention and tokens * heads // k.shape[1] > 2:
        kind = torch.float16 if takes_halves(stream, k) else torch.bfloat16
        q, k, v = (q * scale).to(kind), *(reference.load_rows(x).to(kind) for x in (k, v))
        scale, limits = 1.0, (WEIGHTS, WEIGHTS_REASON)
    expected = reference.attention(
        q.double(), k, v, positions, scale, places=places, sinks=sinks, window=window, chunk=chunk
    )
    assert_close(out, expected, *limits)
