# SPDX-License-Identifier: Apache-2.0
"""Matrix products with weights as they lie in the model file."""

from __future__ import annotations

from torch import Tensor

from ktdesk.devices.cpu import CpuDevice
from ktdesk.formats.quant import Weight
from ktdesk.kernels import cpu, reference
from ktdesk.operators.base import Linear, LinearSpec
from ktdesk.operators.registry import operator
from ktdesk.operators.site import Site


@operator("torch")
class TorchLinear(Linear):
    """A product with the dequantised matrix, in plain torch."""

    def __init__(self, site: Site, spec: LinearSpec) -> None:
        self._weight = site.values(spec.weight, spec.outputs, spec.inputs)

    def forward(self, x: Tensor) -> Tensor:
        """Return [T, outputs]."""
        return reference.linear(x.unsqueeze(1), self._weight.unsqueeze(0)).squeeze(1)


@operator("cpu")
class CpuLinear(Linear):
    """A product with blocks of weights; quantised ones meet activations in int8."""

    captures = True

    def __init__(self, site: Site, spec: LinearSpec) -> None:
        self._device = site.device
        self._weight = site.matrix(spec.weight, spec.outputs, spec.inputs)

    def forward(self, x: Tensor) -> Tensor:
        """Return [T, outputs]."""
        out = self._device.empty(len(x), 1, self._weight.rows)
        source = activations(self._device, self._weight, x.unsqueeze(1))
        cpu.linear(self._device.stream, self._weight, source, out)
        return out.squeeze(1)


def activations(device: CpuDevice, weight: Weight, x: Tensor) -> Tensor:
    """Return x [.., D] as products with `weight` take it: as it is, or as int8 blocks."""
    if weight.type.is_float:
        return x
    blocks = device.empty_q8(*x.shape)
    cpu.quantize(device.stream, x, blocks)
    return blocks
