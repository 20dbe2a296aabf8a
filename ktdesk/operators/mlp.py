# SPDX-License-Identifier: Apache-2.0
"""Gated feed-forward parts that all tokens pass."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from ktdesk.formats.quant import Weight
from ktdesk.kernels import reference
from ktdesk.kernels.experts import ExpertWeights, plan_size
from ktdesk.operators.base import Mlp, MlpSpec
from ktdesk.operators.experts import run_experts
from ktdesk.operators.registry import operator
from ktdesk.operators.site import Site


@operator("torch")
class TorchMlp(Mlp):
    """Three products with dequantised matrices, in plain torch."""

    def __init__(self, site: Site, spec: MlpSpec) -> None:
        self._gate = site.values(spec.gate, spec.ffn_width, spec.width)
        self._up = site.values(spec.up, spec.ffn_width, spec.width)
        self._down = site.values(spec.down, spec.width, spec.ffn_width)
        self._activation = spec.activation

    def forward(self, x: Tensor) -> Tensor:
        """Return [T, D]."""
        return reference.mlp(x, self._gate, self._up, self._down, self._activation)


@operator("cpu")
class CpuMlp(Mlp):
    """The kernels of routed experts, with one expert that all tokens use."""

    captures = True

    def __init__(self, site: Site, spec: MlpSpec) -> None:
        def expert(name: str, *shape: int) -> Weight:
            return replace(site.matrix(name, *shape), shape=(1, *shape))

        self._device = site.device
        self._weights = ExpertWeights(
            expert(spec.gate, spec.ffn_width, spec.width),
            expert(spec.up, spec.ffn_width, spec.width),
            expert(spec.down, spec.width, spec.ffn_width),
            spec.activation,
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return [T, D]."""
        device, tokens = self._device, len(x)
        plan = device.empty(plan_size(tokens, 1), dtype=torch.int32)
        plan.copy_(torch.tensor([0, tokens, *range(tokens), 1, 0]))
        shares, out = device.empty(tokens, 1).fill_(1), device.empty(*x.shape)
        run_experts(device, self._weights, x, plan, shares, None, out)
        return out
