# SPDX-License-Identifier: Apache-2.0
"""Checked wrappers of kernels that only the CPU has, with the words and rules of `native.py`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ktdesk import _native
from ktdesk._native import Stream
from ktdesk.formats.quant import Layout, Weight, WeightType
from ktdesk.kernels.activations import q8_bytes
from ktdesk.kernels.checks import (
    check,
    check_positive,
    check_stored,
    check_weight,
    fail,
    sizes,
)

PANEL_ROWS = 16  # that are interleaved

# Which weights can be made anew as.
TARGET_TYPES = (
    WeightType.F16,
    WeightType.BF16,
    WeightType.Q8_0,
    WeightType.Q4_0,
    WeightType.Q4_G32,
    WeightType.Q4_G64,
    WeightType.Q4_G128,
)


def quantize(stream: Stream, x: Tensor, out: Tensor) -> None:
    """Write x [T, G, D] or [T, D], strided, as int8 blocks: out uint8 [.., q8_bytes(D)]."""
    rows = x.unsqueeze(1) if x.ndim == 2 else x
    tokens, groups, width = sizes("x", rows, 3)
    stream.quantize(
        check(stream, "x", rows, (tokens, groups, width), strided=True),
        rows.stride(0),
        rows.stride(1),
        check(stream, "out", out, (*x.shape[:-1], q8_bytes(width)), torch.uint8),
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
    stream.interleave(check_stored(stream, weight), check_weight(stream, copy)[0], weight.rows)
    return copy


def part_by_weight(
    stream: Stream,
    ids: Tensor,
    weights: Tensor,
    heavy_ids: Tensor,
    heavy_weights: Tensor,
    light_ids: Tensor,
    light_weights: Tensor,
) -> None:
    """Part each token's experts, ids int32 and weights [T, K], into heavy and light ones.

    heavy: [T, K - N]. light: [T, N], those of the least weight; of equal ones the later. Both parts
    keep the router's order.
    """
    tokens, used = sizes("ids", ids, 2)
    light = sizes("light_ids", light_ids, 2)[1]
    heavy = used - light
    check_positive(tokens=tokens, light=light, heavy=heavy)
    stream.part_by_weight(
        check(stream, "ids", ids, (tokens, used), torch.int32),
        check(stream, "weights", weights, (tokens, used)),
        check(stream, "heavy_ids", heavy_ids, (tokens, heavy), torch.int32),
        check(stream, "heavy_weights", heavy_weights, (tokens, heavy)),
        check(stream, "light_ids", light_ids, (tokens, light), torch.int32),
        check(stream, "light_weights", light_weights, (tokens, light)),
        tokens,
        used,
        light,
    )


def requantize(stream: Stream, weight: Weight, kind: WeightType, data: NDArray[np.uint8]) -> Weight:
    """Write the weight, made anew as `kind`, to data [rows, row_bytes of kind]; return it.

    kind: one of TARGET_TYPES. Values too large for it become infinite.
    """
    if kind not in TARGET_TYPES:
        raise fail(f"Weights are not made anew as {kind.name}.")
    stored, copy = check_stored(stream, weight), replace(weight, type=kind, data=data)
    address, number, row_bytes = check_weight(stream, copy)[:3]
    stream.requantize(stored, number, address, row_bytes, weight.rows)
    return copy


def scan(stream: Stream, weight: Weight, begin: int, end: int) -> int | None:
    """Read rows [begin, end) of the file into memory, at once, without the GIL.

    Returns the first row that has a NaN or an infinity, as a scale or as a float; None without one.
    """
    address, number, row_bytes, columns, layout = check_weight(stream, weight)
    if not 0 <= begin <= end <= weight.rows:
        raise fail(f"{weight.name} has no rows {begin} to {end}.")
    rows = (address + begin * row_bytes, number, row_bytes, columns, layout)
    bad = begin + stream.scan(rows, end - begin)
    return bad if bad < end else None
