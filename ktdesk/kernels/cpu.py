# SPDX-License-Identifier: Apache-2.0
"""Checked wrappers of the native CPU kernels. `kernels/reference.py` defines what they compute.

Each launches on a stream: it runs at once, or is recorded if the stream captures; then the tensors
must outlive the graph. Tensors are float32 on the CPU and contiguous unless said otherwise;
"strided" ones need only their last dimension contiguous. A call that does not fit raises
KernelError. What lies in index tensors (tokens, positions, ids) is the caller's to check.
T tokens, G groups, D width, H heads, C cache rows, E experts, K experts per token.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ktdesk import _native
from ktdesk._native import Stream
from ktdesk.formats.quant import Layout, Weight
from ktdesk.kernels.activations import check_activations, q8_bytes
from ktdesk.kernels.checks import (
    check,
    check_cache,
    check_positive,
    check_stored,
    check_weight,
    fail,
    sizes,
    stride_bytes,
)

MAX_EXPERTS = 1024
PANEL_ROWS = 16  # that are interleaved


def embed(stream: Stream, weight: Weight, tokens: Tensor, out: Tensor) -> None:
    """Write the dequantised rows that tokens [T] int32 name to out [T, D]."""
    (count,) = sizes("tokens", tokens, 1)
    ids = check("tokens", tokens, (count,), torch.int32)
    target = check("out", out, (count, weight.columns))
    _native.embed(stream, check_stored(weight), ids, target, count)


def rms_norm(stream: Stream, x: Tensor, weight: Tensor, out: Tensor, eps: float) -> None:
    """Normalise rows of x [T, G, D] or [T, D] to out, which may be x; both strided; weight [D]."""
    rows = x.unsqueeze(1) if x.ndim == 2 else x
    target = out.unsqueeze(1) if out.ndim == 2 else out
    tokens, groups, width = sizes("x", rows, 3)
    _native.rms_norm(
        stream,
        check("x", rows, (tokens, groups, width), strided=True),
        rows.stride(0),
        rows.stride(1),
        check("weight", weight, (width,)),
        check("out", target, (tokens, groups, width), strided=True),
        target.stride(0),
        target.stride(1),
        tokens,
        groups,
        width,
        eps,
    )


def quantize(stream: Stream, x: Tensor, out: Tensor) -> None:
    """Write x [T, G, D] or [T, D], strided, as int8 blocks: out uint8 [.., q8_bytes(D)]."""
    rows = x.unsqueeze(1) if x.ndim == 2 else x
    tokens, groups, width = sizes("x", rows, 3)
    _native.quantize(
        stream,
        check("x", rows, (tokens, groups, width), strided=True),
        rows.stride(0),
        rows.stride(1),
        check("out", out, (*x.shape[:-1], q8_bytes(width)), torch.uint8),
        tokens,
        groups,
        width,
    )


def to_bf16(stream: Stream, x: Tensor, out: Tensor) -> None:
    """Round x [T, G, D] or [T, D], strided, to bfloat16: out of its shape, strided."""
    rows = x.unsqueeze(1) if x.ndim == 2 else x
    rounded = out.unsqueeze(1) if out.ndim == 2 else out
    tokens, groups, width = sizes("x", rows, 3)
    _native.to_bf16(
        stream,
        check("x", rows, (tokens, groups, width), strided=True),
        rows.stride(0),
        rows.stride(1),
        check("out", rounded, (tokens, groups, width), torch.bfloat16, strided=True),
        rounded.stride(0),
        rounded.stride(1),
        tokens,
        groups,
        width,
    )


def interleaved_bytes(weight: Weight) -> int:
    """Return what a copy of the weight with interleaved rows needs; 0 if it can have none."""
    row_bytes = _native.interleaved_row_bytes(int(weight.type), weight.columns)
    return weight.rows * row_bytes if weight.shape[-2] % PANEL_ROWS == 0 else 0


def interleave(stream: Stream, weight: Weight, data: NDArray[np.uint8]) -> Weight:
    """Write the weight with interleaved rows to data, `interleaved_bytes` long; return it."""
    size = interleaved_bytes(weight)
    if size == 0 or data.nbytes != size or not data.flags.c_contiguous:
        raise fail(f"{weight.name} needs {size} bytes for interleaved rows, not {data.nbytes}.")
    copy = replace(weight, layout=Layout.INTERLEAVED, data=data.reshape(weight.rows, -1))
    _native.interleave(stream, check_stored(weight), check_weight(copy)[0], weight.rows)
    return copy


def linear(stream: Stream, weight: Weight, x: Tensor, out: Tensor) -> None:
    """Multiply: out[t, g] = W[g] x[t, g], out [T, G, N] strided; the weight has G * N rows.

    x [T, G, D] strided: float32 if the weight's type is a float, else int8 blocks from `quantize`;
    or, where `activation_type` says so, bfloat16.
    """
    tokens, groups, outputs = sizes("out", out, 3)
    if groups * outputs != weight.rows:
        raise fail(f"out has {groups} groups of {outputs}, but {weight.name} {weight.rows} rows.")
    _native.linear(
        stream,
        check_weight(weight),
        check_activations(stream, "x", x, (tokens, groups), weight),
        check("out", out, (tokens, groups, outputs), strided=True),
        out.stride(0),
        out.stride(1),
        tokens,
        groups,
        outputs,
    )


def rope_table(
    stream: Stream, positions: Tensor, inverse_frequencies: Tensor, scale: float, out: Tensor
) -> None:
    """Write scaled cosines and sines to out [T, P, 2]; positions [T] int32, frequencies [P]."""
    (tokens,) = sizes("positions", positions, 1)
    (pairs,) = sizes("inverse_frequencies", inverse_frequencies, 1)
    _native.rope_table(
        stream,
        check("positions", positions, (tokens,), torch.int32),
        check("inverse_frequencies", inverse_frequencies, (pairs,)),
        scale,
        check("out", out, (tokens, pairs, 2)),
        tokens,
        pairs,
    )


def rope(stream: Stream, x: Tensor, table: Tensor, out: Tensor, *, interleaved: bool) -> None:
    """Turn the pairs of x [T, H, 2P] strided by table [T, P, 2] into out, strided; may be x."""
    tokens, heads, width = sizes("x", x, 3)
    pairs = width // 2
    _native.rope(
        stream,
        check("x", x, (tokens, heads, 2 * pairs), strided=True),
        x.stride(0),
        x.stride(1),
        check("table", table, (tokens, pairs, 2)),
        check("out", out, (tokens, heads, 2 * pairs), strided=True),
        out.stride(0),
        out.stride(1),
        tokens,
        heads,
        pairs,
        interleaved,
    )


def store_rows(stream: Stream, rows: Tensor, places: Tensor, cache: Tensor) -> None:
    """Store rows [T, W] strided as cache[places[t]]; cache [C, W] of any type, strided."""
    tokens, width = sizes("rows", rows, 2)
    target, kind = check_cache("cache", cache, (None,), width)
    _native.store_rows(
        stream,
        check("rows", rows, (tokens, width), strided=True),
        rows.stride(0),
        check("places", places, (tokens,), torch.int32),
        target,
        stride_bytes(cache, 0),
        kind,
        tokens,
        width,
    )


def load_rows(stream: Stream, cache: Tensor, out: Tensor) -> None:
    """Write the first rows of cache [C, W] to out [R, H, W] strided, the same for every head."""
    rows, heads, width = sizes("out", out, 3)
    source, kind = check_cache("cache", cache, (None,), width)
    if rows > len(cache):
        raise fail(f"{rows} rows are asked for; the cache has {len(cache)}.")
    check_positive(heads=heads)
    _native.load_rows(
        stream,
        source,
        stride_bytes(cache, 0),
        kind,
        check("out", out, (rows, heads, width), strided=True),
        out.stride(0),
        out.stride(1),
        rows,
        heads,
        width,
    )


def add(stream: Stream, x: Tensor, y: Tensor, out: Tensor, factor: float = 1.0) -> None:
    """Write x + factor * y to out, which may be x; all of one shape."""
    shape = tuple(x.shape)
    addresses = check("x", x, shape), check("y", y, shape), check("out", out, shape)
    _native.add(stream, *addresses, x.numel(), factor)


def bias_rows(stream: Stream, x: Tensor, bias: Tensor) -> None:
    """Add bias [D] to every row of x [T, D] strided."""
    rows, width = sizes("x", x, 2)
    target = check("x", x, (rows, width), strided=True)
    _native.bias_rows(stream, target, x.stride(0), check("bias", bias, (width,)), rows, width)


def weigh_rows(
    stream: Stream, x: Tensor, weights: Tensor, out: Tensor, *, logits: bool = False
) -> None:
    """Write x [T, D] times weights [T, 1] to out; all strided, out may be x.

    logits: the weights are sigmoids of what is given.
    """
    rows, width = sizes("x", x, 2)
    _native.weigh_rows(
        stream,
        check("x", x, (rows, width), strided=True),
        x.stride(0),
        check("weights", weights, (rows, 1), strided=True),
        weights.stride(0),
        check("out", out, (rows, width), strided=True),
        out.stride(0),
        rows,
        width,
        logits,
    )


def router(
    stream: Stream,
    logits: Tensor,
    bias: Tensor | None,
    ids: Tensor,
    weights: Tensor,
    *,
    gating: Literal["softmax", "sigmoid"],
    groups: int,
    groups_used: int,
    normalize: bool,
    scale: float,
) -> None:
    """Choose experts by logits [T, E]: ids [T, K] int32, weights [T, K]; bias [E] or None."""
    tokens, experts = sizes("logits", logits, 2)
    _, used = sizes("ids", ids, 2)
    check_positive(groups=groups, groups_used=groups_used, experts_per_token=used)
    if experts > MAX_EXPERTS or experts % groups or groups_used > groups:
        raise fail(f"{experts} experts in {groups} groups, {groups_used} of them used: no fit.")
    if used > experts // groups * groups_used:
        raise fail(f"{used} experts per token cannot come from {groups_used} of {groups} groups.")
    _native.router(
        stream,
        check("logits", logits, (tokens, experts)),
        0 if bias is None else check("bias", bias, (experts,)),
        check("ids", ids, (tokens, used), torch.int32),
        check("weights", weights, (tokens, used)),
        tokens,
        experts,
        used,
        groups,
        groups_used,
        scale,
        gating == "sigmoid",
        normalize,
    )


def scan(stream: Stream, weight: Weight, begin: int, end: int) -> int | None:
    """Read rows [begin, end) of the file into memory, at once, without the GIL.

    Returns the first row that has a NaN or an infinity, as a scale or as a float; None without one.
    """
    address, number, row_bytes, columns, layout = check_weight(weight)
    if not 0 <= begin <= end <= weight.rows:
        raise fail(f"{weight.name} has no rows {begin} to {end}.")
    rows = (address + begin * row_bytes, number, row_bytes, columns, layout)
    bad = begin + _native.scan(stream, rows, end - begin)
    return bad if bad < end else None
