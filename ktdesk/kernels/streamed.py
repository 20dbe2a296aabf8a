# SPDX-License-Identifier: Apache-2.0
"""Checked wrappers of the kernels that only experts need whose weights come to the GPU."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ktdesk.formats.quant import Layout, Weight
from ktdesk.kernels.checks import check, check_stored, check_weight, fail, sizes

if TYPE_CHECKING:
    from ktdesk import _cuda


def deinterleaving(stream: _cuda.Stream, weight: Weight, stored: Weight) -> Callable[[], None]:
    """Return what launches the writing of a weight's rows to `stored`, as they are in the file.

    It is checked only here: an expert of a prompt has little time. Both must live as long.
    """
    if weight.layout is not Layout.INTERLEAVED:
        raise fail(f"The rows of {weight.name} are not interleaved.")
    if (stored.type, stored.shape) != (weight.type, weight.shape):
        raise fail(f"There is no place like {weight.name} for its rows.")
    address = check_stored(stream, stored)[0]
    return partial(stream.deinterleave, check_weight(stream, weight), address, weight.rows)


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
