# SPDX-License-Identifier: Apache-2.0
"""Matrix products with weights as they lie in the model file."""

from __future__ import annotations

from torch import Tensor

from ktdesk.devices.torch_device import Kind
from ktdesk.kernels import native, reference
from ktdesk.operators.base import Linear, LinearSpec
from ktdesk.operators.registry import operator
from ktdesk.operators.site import Site
from ktdesk.operators.torch_seam import Seam, across


@operator("torch")
class TorchLinear(Linear):
    """A product with the dequantised matrix, in plain torch."""

    def __init__(
        self, site: Site, spec: LinearSpec, *, device: Kind = "cpu", card: int = 0
    ) -> None:
        self.seam = Seam(site, device, card)
        site = self.seam.site
        self._weight = site.values(spec.weight, spec.outputs, spec.inputs)
        self._bias = _bias(site, spec)

    @across
    def forward(self, x: Tensor) -> Tensor:
        """Return [T, outputs]."""
        out = reference.linear(x.unsqueeze(1), self._weight.unsqueeze(0)).squeeze(1)
        return out if self._bias is None else reference.bias_rows(out, self._bias)


@operator("cpu", "cuda")
class NativeLinear(Linear):
    """A product with blocks of weights, in the form of activations that the device likes best."""

    captures = True

    def __init__(self, site: Site, spec: LinearSpec, *, quantization: str | None = None) -> None:
        self._device = site.device
        self._weight = site.quantized(quantization).matrix(spec.weight, spec.outputs, spec.inputs)
        self._bias = _bias(site, spec)

    def forward(self, x: Tensor) -> Tensor:
        """Return [T, outputs]."""
        out = self._device.empty(len(x), 1, self._weight.rows)
        source = self._device.activations(self._weight, x.unsqueeze(1), len(x))
        native.linear(self._device.stream, self._weight, source, out)
        if self._bias is not None:
            native.bias_rows(self._device.stream, out.squeeze(1), self._bias)
        return out.squeeze(1)


def _bias(site: Site, spec: LinearSpec) -> Tensor | None:
    return site.values(spec.bias, spec.outputs) if spec.bias else None
