# SPDX-License-Identifier: Apache-2.0
"""Gated feed-forward parts that all tokens pass."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from ktdesk.devices.torch_device import Kind
from ktdesk.formats.quant import Weight
from ktdesk.kernels import reference
from ktdesk.kernels.experts import ExpertWeights
from ktdesk.operators.base import Mlp, MlpSpec
from ktdesk.operators.experts import run_experts
from ktdesk.operators.registry import operator
from ktdesk.operators.site import Site
from ktdesk.operators.torch_seam import Seam, across


@operator("torch")
class TorchMlp(Mlp):
    """Three products with dequantised matrices, in plain torch."""

    def __init__(self, site: Site, spec: MlpSpec, *, device: Kind = "cpu", card: int = 0) -> None:
        self.seam = Seam(site, device, card)
        site = self.seam.site
        self._gate, self._up = map(site.floats, _gate_and_up(site, spec))
        self._down = site.values(spec.down, spec.width, spec.ffn_width)
        self._activation = spec.activation

    @across
    def forward(self, x: Tensor) -> Tensor:
        """Return [T, D]."""
        return reference.mlp(x, self._gate, self._up, self._down, self._activation)


@operator("cpu", "cuda")
class NativeMlp(Mlp):
    """The kernels of routed experts, with one expert that all tokens use."""

    captures = True

    def __init__(self, site: Site, spec: MlpSpec, *, quantization: str | None = None) -> None:
        site = site.quantized(quantization)

        def expert(weight: Weight) -> Weight:
            return replace(site.placed(weight), shape=(1, *weight.shape))

        gate, up = _gate_and_up(site, spec)
        down = site.weight(spec.down, spec.width, spec.ffn_width)
        self._device = site.device
        self._weights = ExpertWeights(expert(gate), expert(up), expert(down), spec.activation)

    def forward(self, x: Tensor) -> Tensor:
        """Return [T, D]."""
        device, tokens = self._device, len(x)
        plan = torch.tensor([0, tokens, *range(tokens), 1, 0], dtype=torch.int32)
        shares, out = device.constant(torch.ones(tokens, 1)), device.empty(*x.shape)
        run_experts(device, self._weights, x, device.constant(plan), shares, None, out, each=tokens)
        return out


def _gate_and_up(site: Site, spec: MlpSpec) -> tuple[Weight, Weight]:
    """Return both matrices, [ffn_width, width] each, as they lie in the file."""
    rows, width = spec.ffn_width, spec.width
    if spec.gate:
        return site.weight(spec.gate, rows, width), site.weight(spec.up, rows, width)
    both = site.weight(spec.up, 2 * rows, width)
    gate, up = (
        replace(both, shape=(rows, width), data=part)
        for part in (both.data[:rows], both.data[rows:])
    )
    return gate, up
