# SPDX-License-Identifier: Apache-2.0
"""Matrix products with weights as they lie in the model file."""

from __future__ import annotations

import torch
from torch import Tensor

from ktdesk.devices.cpu import CpuDevice
from ktdesk.formats.quant import Weight
from ktdesk.kernels import cpu, reference
from ktdesk.kernels.activations import activation_type
from ktdesk.operators.base import Linear, LinearSpec
from ktdesk.operators.registry import operator
from ktdesk.operators.site import Site


@operator("torch")
class TorchLinear(Linear):
    """A product with the dequantised matrix, in plain torch."""

    def __init__(self, site: Site, spec: LinearSpec) -> None:
        self._weight = site.values(spec.weight, spec.outputs, spec.inputs)
        self._bias = _bias(site, spec)

    def forward(self, x: Tensor) -> Tensor:
        """Return [T, outputs]."""
        out = reference.linear(x.unsqueeze(1), self._weight.unsqueeze(0)).squeeze(1)
        return out if self._bias is None else reference.bias_rows(out, self._bias)


@operator("cpu")
class CpuLinear(Linear):
    """A product with blocks of weights; quantised ones meet activations in int8 or bfloat16."""

    captures = True

    def __init__(self, site: Site, spec: LinearSpec) -> None:
        self._device = site.device
        self._weight = site.matrix(spec.weight, spec.outputs, spec.inputs)
        self._bias = _bias(site, spec)

    def forward(self, x: Tensor) -> Tensor:
        """Return [T, outputs]."""
        out = self._device.empty(len(x), 1, self._weight.rows)
        source = activations(self._device, self._weight, x.unsqueeze(1))
        cpu.linear(self._device.stream, self._weight, source, out)
        if self._bias is not None:
            cpu.bias_rows(self._device.stream, out.squeeze(1), self._bias)
        return out.squeeze(1)


def _bias(site: Site, spec: LinearSpec) -> Tensor | None:
    return site.values(spec.bias, spec.outputs) if spec.bias else None


def room_for(device: CpuDevice, weight: Weight, tokens: int, per_matrix: int) -> Tensor:
    """Return room for activations [tokens, ..] in the form that `activations` would choose."""
    form, width = activation_type(device.stream, weight, per_matrix), weight.columns
    if form == torch.bfloat16:
        return device.empty_bf16(tokens, width)
    return device.empty(tokens, width) if form == torch.float32 else device.empty_q8(tokens, width)


def activations(
    device: CpuDevice, weight: Weight, x: Tensor, per_matrix: int | None = None
) -> Tensor:
    """Return x [T, .., D] in the form that products with `weight` take best.

    per_matrix: how many tokens each matrix of the weight meets, if not all of them.
    """
    form = activation_type(device.stream, weight, len(x) if per_matrix is None else per_matrix)
    if form == torch.bfloat16:
        rounded = device.empty_bf16(*x.shape)
        cpu.to_bf16(device.stream, x, rounded)
        return rounded
    if form == torch.float32:
        return x
    blocks = device.empty_q8(*x.shape)
    cpu.quantize(device.stream, x, blocks)
    return blocks
