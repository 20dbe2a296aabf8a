# SPDX-License-Identifier: Apache-2.0
"""Checked wrappers of the kernels that only experts need whose weights come to the GPU."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ktdesk.formats.quant import Layout, Weight
from ktdesk.kernels.checks import check, check_weight, fail, sizes

if TYPE_CHECKING:
    from ktdesk import _cuda


def deinterleave(stream: _cuda.Stream, weight: Weight, out: Tensor) -> Weight:
    """Write the rows of a weight as they are in the file to out [rows, bytes]; return that one."""
    if weight.layout is not Layout.INTERLEAVED:
        raise fail(f"The rows of {weight.name} are not interleaved.")
    stored = replace(weight, layout=Layout.STORED, data=out)
    address = check_weight(stream, stored)[0]
    stream.deinterleave(check_weight(stream, weight), address, weight.rows)
    return stored


def add_rows(stream: _cuda.Stream, x: Tensor, rows: Tensor, out: Tensor) -> None:
    """Add row i of x [R, D] to row rows[i] of out [T, D]; rows [R] int32, none of them twice."""
    count, width = sizes("x", x, 2)
    stream.add_rows(
        check(stream, "x", x, (count, width)),
        check(stream, "rows", rows, (count,), torch.int32),
        check(stream, "out", out, (None, width)),
        count,
        width,
    )
