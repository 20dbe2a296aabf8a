# SPDX-License-Identifier: Apache-2.0
"""How fast all cores multiply a prompt's tokens by weights, in operations per second.

A multiplication and its addition are two. Q4_K stands for what most files hold.

The more cores, the more rows, and the more products in a round: a matrix for 2 cores gives 64 of
them too little to share evenly and ends before they are awake, so that prompts, in which matrices
follow each other without a pause, would be taken for slower than they are.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ktdesk._native import Stream
from ktdesk.formats.quant import Weight, WeightType
from ktdesk.kernels import cpu, native
from ktdesk.kernels.activations import q8_bytes
from ktdesk.kernels.memory import allocate
from ktdesk.probes.timing import steady_s

_KIND = WeightType.Q4_K
_SIZE, _TOKENS = 4096, 512
_ROWS_PER_THREAD = 256  # 16 parts of a loop each: one more or less is 6 % at most
_ROUNDS = 5
_SCALES = (0x00, 0x2C, 0x00, 0x2C)  # the halves 0.0625, where a block of Q4_K has its scales


def int8_ops_per_s(stream: Stream, threads: int, size: int = _SIZE, tokens: int = _TOKENS) -> float:
    """Return the rate with activations in int8 blocks.

    threads: of the stream. size: columns of the matrix, and its rows at least.
    """
    x = torch.empty(tokens, 1, q8_bytes(size), dtype=torch.uint8)
    cpu.quantize(stream, _activations(tokens, size), x)
    return _rate(stream, x, threads, size)


def bf16_ops_per_s(stream: Stream, threads: int, size: int = _SIZE, tokens: int = _TOKENS) -> float:
    """Return the rate on tiles; 0 where there are none."""
    if not stream.has_tiles:
        return 0.0
    x = torch.empty(tokens, 1, size, dtype=torch.bfloat16)
    native.to_bf16(stream, _activations(tokens, size), x)
    return _rate(stream, x, threads, size)


def random_q4_k(rows: int, columns: int) -> NDArray[np.uint8]:
    """Return a matrix of random blocks, as stored."""
    row_bytes = _KIND.row_bytes(columns)
    data = np.random.default_rng(0).integers(0, 256, (rows, row_bytes), dtype=np.uint8)
    data.reshape(-1, _KIND.block_bytes)[:, : len(_SCALES)] = _SCALES
    return data


def _activations(tokens: int, size: int) -> Tensor:
    return torch.randn(tokens, 1, size, generator=torch.Generator().manual_seed(0))


def _rate(stream: Stream, x: Tensor, threads: int, size: int) -> float:
    rows = max(size, threads * _ROWS_PER_THREAD)
    stored = Weight("probe", _KIND, (rows, size), random_q4_k(rows, size))
    weight = cpu.interleave(stream, stored, allocate(cpu.interleaved_bytes(stored)))
    out = torch.empty(x.shape[0], 1, rows)
    seconds = steady_s(lambda: native.linear(stream, weight, x, out), _ROUNDS)
    return 2.0 * rows * size * x.shape[0] / seconds
