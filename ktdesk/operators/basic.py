# SPDX-License-Identifier: Apache-2.0
"""Embedding, norm, rotary positions, and the element-wise steps."""

from __future__ import annotations

import torch
from torch import Tensor

from ktdesk.devices.torch_device import Kind
from ktdesk.kernels import native, reference
from ktdesk.operators.base import (
    Elementwise,
    Embedding,
    EmbeddingSpec,
    Norm,
    NormSpec,
    Rotary,
    RotarySpec,
)
from ktdesk.operators.registry import operator
from ktdesk.operators.site import Site
from ktdesk.operators.torch_seam import Seam, across


@operator("torch")
class TorchEmbedding(Embedding):
    """Rows of a dequantised matrix."""

    def __init__(
        self, site: Site, spec: EmbeddingSpec, *, device: Kind = "cpu", card: int = 0
    ) -> None:
        self.seam = Seam(site, device, card)
        site = self.seam.site
        self._weight = site.values(spec.weight, spec.vocabulary, spec.width)

    @across
    def forward(self, tokens: Tensor) -> Tensor:
        """Return [T, D]."""
        return reference.embed(self._weight, tokens)


@operator("cpu", "cuda")
class NativeEmbedding(Embedding):
    """Rows dequantised from the file as they are asked for."""

    captures = True

    def __init__(self, site: Site, spec: EmbeddingSpec) -> None:
        self._device = site.device
        self._weight = site.rows(spec.weight, spec.vocabulary, spec.width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return [T, D]."""
        out = self._device.empty(len(tokens), self._weight.columns)
        native.embed(self._device.stream, self._weight, tokens, out)
        return out


@operator("torch")
class TorchNorm(Norm):
    """RMS norm in plain torch."""

    def __init__(self, site: Site, spec: NormSpec, *, device: Kind = "cpu", card: int = 0) -> None:
        self.seam = Seam(site, device, card)
        site = self.seam.site
        self._weight = norm_weight(site, spec)
        self._eps = spec.eps

    @across
    def forward(self, x: Tensor) -> Tensor:
        """Return [T, D]."""
        return reference.rms_norm(x, self._weight, self._eps)

    @across
    def forward_sum(self, x: Tensor, change: Tensor, factor: float) -> tuple[Tensor, Tensor]:
        """Return x + factor * change, and that normalised."""
        return reference.add_rms_norm(x, change, self._weight, self._eps, factor)


@operator("cpu", "cuda")
class NativeNorm(Norm):
    """RMS norm by the native kernel."""

    captures = True

    def __init__(self, site: Site, spec: NormSpec) -> None:
        self._device = site.device
        self._weight = norm_weight(site, spec)
        self._eps = spec.eps

    def forward(self, x: Tensor) -> Tensor:
        """Return [T, D]."""
        out = self._device.empty(*x.shape)
        native.rms_norm(self._device.stream, x, self._weight, out, self._eps)
        return out

    def forward_sum(self, x: Tensor, change: Tensor, factor: float) -> tuple[Tensor, Tensor]:
        """Return x + factor * change, and that normalised."""
        total, out = self._device.empty(*x.shape), self._device.empty(*x.shape)
        native.add_rms_norm(
            self._device.stream, x, change, self._weight, total, out, self._eps, factor
        )
        return total, out


def norm_weight(site: Site, spec: NormSpec) -> Tensor:
    """Return the weight [width] of a norm where the site's operators have their values."""
    if spec.weight:
        return site.values(spec.weight, spec.width)
    return site.memory.constant(torch.ones(spec.width))


@operator("torch")
class TorchRotary(Rotary):
    """Cosines and sines in plain torch."""

    def __init__(
        self, site: Site, spec: RotarySpec, *, device: Kind = "cpu", card: int = 0
    ) -> None:
        self.seam = Seam(site, device, card)
        frequencies = torch.tensor(spec.inverse_frequencies, dtype=torch.float32)
        self._frequencies = frequencies.to(self.seam.where)
        self._scale = spec.scale

    @across
    def forward(self, positions: Tensor) -> Tensor:
        """Return [T, P, 2]."""
        return reference.rope_table(positions, self._frequencies, self._scale)


@operator("cpu", "cuda")
class NativeRotary(Rotary):
    """Cosines and sines by the native kernel."""

    captures = True

    def __init__(self, site: Site, spec: RotarySpec) -> None:
        self._device = site.device
        frequencies = torch.tensor(spec.inverse_frequencies, dtype=torch.float32)
        self._frequencies = self._device.constant(frequencies)
        self._scale = spec.scale

    def forward(self, positions: Tensor) -> Tensor:
        """Return [T, P, 2]."""
        out = self._device.empty(len(positions), len(self._frequencies), 2)
        native.rope_table(self._device.stream, positions, self._frequencies, self._scale, out)
        return out


@operator("torch")
class TorchElementwise(Elementwise):
    """Factors in plain torch."""

    def __init__(self, site: Site, spec: None, *, device: Kind = "cpu", card: int = 0) -> None:
        del spec
        self.seam = Seam(site, device, card)

    @across
    def scale(self, x: Tensor, factor: float) -> Tensor:
        """Return factor * x."""
        return factor * x

    @across
    def weigh(self, x: Tensor, weights: Tensor, *, logits: bool = False) -> Tensor:
        """Return x times weights."""
        return reference.weigh_rows(x, weights, logits=logits)


@operator("cpu", "cuda")
class NativeElementwise(Elementwise):
    """Factors by a native kernel."""

    captures = True

    def __init__(self, site: Site, spec: None) -> None:
        del spec
        self._device = site.device
        self._factors: dict[float, Tensor] = {}  # which graphs read

    def scale(self, x: Tensor, factor: float) -> Tensor:
        """Return factor * x, in place of x."""
        if factor not in self._factors:
            self._factors[factor] = self._device.constant(torch.tensor([[factor]]))
        return self.weigh(x, self._factors[factor].expand(len(x), 1))

    def weigh(self, x: Tensor, weights: Tensor, *, logits: bool = False) -> Tensor:
        """Return x times weights, in place of x."""
        native.weigh_rows(self._device.stream, x, weights, x, logits=logits)
        return x
