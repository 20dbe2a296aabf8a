# SPDX-License-Identifier: Apache-2.0
"""How fast all cores multiply a prompt's tokens by weights, in operations per second.

A multiplication and its addition are two. Q4_K stands for what most files hold.
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
from ktdesk.probes.timing import shortest_s

_KIND = WeightType.Q4_K
_SIZE, _TOKENS = 4096, 512
_ROUNDS = 5
_SCALES = (0x00, 0x2C, 0x00, 0x2C)  # the halves 0.0625, where a block of Q4_K has its scales


def int8_ops_per_s(stream: Stream, size: int = _SIZE, tokens: int = _TOKENS) -> float:
    """Return the rate with activations in int8 blocks. size: of the square matrix."""
    x = torch.empty(tokens, 1, q8_bytes(size), dtype=torch.uint8)
    cpu.quantize(stream, _activations(tokens, size), x)
    return _rate(stream, x, size)


def bf16_ops_per_s(stream: Stream, size: int = _SIZE, tokens: int = _TOKENS) -> float:
    """Return the rate on tiles; 0 where there are none."""
    if not stream.has_tiles:
        return 0.0
    x = torch.empty(tokens, 1, size, dtype=torch.bfloat16)
    cpu.to_bf16(stream, _activations(tokens, size), x)
    return _rate(stream, x, size)


def random_q4_k(size: int) -> NDArray[np.uint8]:
    """Return a square matrix of random blocks, as stored."""
    row_bytes = _KIND.row_bytes(size)
    data = np.random.default_rng(0).integers(0, 256, (size, row_bytes), dtype=np.uint8)
    data.reshape(-1, _KIND.block_bytes)[:, : len(_SCALES)] = _SCALES
    return data


def _activations(tokens: int, size: int) -> Tensor:
    return torch.randn(tokens, 1, size, generator=torch.Generator().manual_seed(0))


def _rate(stream: Stream, x: Tensor, size: int) -> float:
    stored = Weight("probe", _KIND, (size, size), random_q4_k(size))
    weight = cpu.interleave(stream, stored, allocate(cpu.interleaved_bytes(stored)))
    out = torch.empty(x.shape[0], 1, size)
    seconds = shortest_s(lambda: native.linear(stream, weight, x, out), _ROUNDS)
    return 2.0 * size * size * x.shape[0] / seconds
