# SPDX-License-Identifier: Apache-2.0
"""A workspace in which any sequence of kernels can be launched, for tests of graphs."""

from __future__ import annotations

import torch
from torch import Tensor

from ktdesk._native import Stream
from ktdesk.formats.quant import WeightType
from ktdesk.kernels import native
from ktdesk.kernels.attention import attention
from ktdesk.kernels.experts import (
    ExpertWeights,
    expert_plan,
    experts_down,
    experts_up,
    plan_size,
)
from tests.kernels.samples import make_weight, quantized, random

EXPERTS, USED, ROWS = 4, 2, 16


class Workspace:
    """Tensors of one size, and launches that read and write them.

    Every launch leaves `x` [tokens, width] near 1, so that long sequences stay finite.
    """

    def __init__(self, tokens: int, width: int, kind: WeightType) -> None:
        self.x = torch.zeros(tokens, width)
        self.positions = torch.zeros(tokens, dtype=torch.int32)
        self._y = random(tokens, width, seed=2)
        self._norm = random(width, seed=3)
        self._matrix = make_weight(kind, width, width)
        matrix = make_weight(kind, EXPERTS, width, width)
        self._experts = ExpertWeights(matrix, matrix, matrix)
        self._router = make_weight(WeightType.F32, EXPERTS, width)
        self._cache = torch.zeros(ROWS, 1, width, dtype=torch.float16)
        self._frequencies = random(width // 2, seed=4)

    def load(self, seed: int) -> None:
        """Write new inputs, and forget what earlier launches left."""
        tokens, width = self.x.shape
        self.x.copy_(random(tokens, width, seed=seed))
        self._y.copy_(random(tokens, width, seed=seed + 1))
        self._cache.copy_(random(ROWS, 1, width, seed=seed + 2))
        first = seed % (ROWS - tokens)
        torch.arange(first, first + tokens, dtype=torch.int32, out=self.positions)

    def state(self) -> list[Tensor]:
        """Return copies of what launches write, as bits: NaN equals itself."""
        kept = (self.x.view(torch.int32), self._y.view(torch.int32), self._cache.view(torch.int16))
        return [tensor.clone() for tensor in kept]

    def norm(self, stream: Stream) -> list[Tensor]:
        native.rms_norm(stream, self.x, self._norm, self.x, 1e-5)
        return []

    def add(self, stream: Stream) -> list[Tensor]:
        native.add(stream, self.x, self._y, self.x)
        return self.norm(stream)

    def rotate(self, stream: Stream) -> list[Tensor]:
        tokens, width = self.x.shape
        table = torch.empty(tokens, width // 2, 2)
        heads = self.x[:, None, : width // 2 * 2]
        native.rope_table(stream, self.positions, self._frequencies, 1.0, table)
        native.rope(stream, heads, table, heads, interleaved=True)
        return [table]

    def attend(self, stream: Stream) -> list[Tensor]:
        q, out = self.x[:, None], self._y[:, None]
        native.store_rows(stream, self.x, self.positions, self._cache[:, 0])
        sections = torch.empty(*out.shape[:2], 2, out.shape[2] + 2)
        attention(stream, q, self._cache, self._cache, self.positions, out, 0.1, sections)
        return [sections]

    def multiply(self, stream: Stream) -> list[Tensor]:
        source = self._activations(stream)
        native.linear(stream, self._matrix, source[:, None], self._y[:, None])
        return [source, *self.add(stream)]

    def choose(self, stream: Stream) -> list[Tensor]:
        tokens = len(self.x)
        logits = torch.empty(tokens, 1, EXPERTS)
        ids, weights = torch.empty(tokens, USED, dtype=torch.int32), torch.empty(tokens, USED)
        plan = torch.empty(plan_size(ids.numel(), EXPERTS), dtype=torch.int32)
        source = self._activations(stream)
        hidden = torch.empty(ids.numel(), source.shape[1], dtype=source.dtype)
        native.linear(stream, self._router, self.x[:, None], logits)
        native.router(
            stream,
            logits[:, 0],
            None,
            ids,
            weights,
            gating="softmax",
            groups=1,
            groups_used=1,
            normalize=True,
            scale=1.0,
        )
        expert_plan(stream, ids, plan, experts=EXPERTS)
        experts_up(stream, self._experts, source, source, plan, hidden)
        experts_down(stream, self._experts, hidden, plan, weights, self.x, self.x)
        return [logits, ids, weights, plan, hidden, source, *self.add(stream)]

    def embed(self, stream: Stream) -> list[Tensor]:
        tokens = torch.arange(len(self.x), dtype=torch.int32) % len(self._norm)
        native.embed(stream, self._matrix, tokens, self._y)
        return [tokens]

    def _activations(self, stream: Stream) -> Tensor:
        """Return x in the form that the weights meet."""
        if self._matrix.type.is_float:
            return self.x
        return quantized(stream, self.x)


LAUNCHES = ("norm", "add", "rotate", "attend", "multiply", "choose", "embed")
