# SPDX-License-Identifier: Apache-2.0
"""Embedding, norm, rotary positions, and the element-wise steps."""

from __future__ import annotations

import torch
from torch import Tensor

from ktdesk.kernels import cpu, reference
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


@operator("torch")
class TorchEmbedding(Embedding):
    """Rows of a dequantised matrix."""

    def __init__(self, site: Site, spec: EmbeddingSpec) -> None:
        self._weight = site.values(spec.weight, spec.vocabulary, spec.width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return [T, D]."""
        return reference.embed(self._weight, tokens)


@operator("cpu")
class CpuEmbedding(Embedding):
    """Rows dequantised from the file as they are asked for."""

    captures = True

    def __init__(self, site: Site, spec: EmbeddingSpec) -> None:
        self._device = site.device
        self._weight = site.weight(spec.weight, spec.vocabulary, spec.width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return [T, D]."""
        out = self._device.empty(len(tokens), self._weight.columns)
        cpu.embed(self._device.stream, self._weight, tokens, out)
        return out


@operator("torch")
class TorchNorm(Norm):
    """RMS norm in plain torch."""

    def __init__(self, site: Site, spec: NormSpec) -> None:
        self._weight = site.values(spec.weight, spec.width)
        self._eps = spec.eps

    def forward(self, x: Tensor) -> Tensor:
        """Return [T, D]."""
        return reference.rms_norm(x, self._weight, self._eps)


@operator("cpu")
class CpuNorm(Norm):
    """RMS norm by the native kernel."""

    captures = True

    def __init__(self, site: Site, spec: NormSpec) -> None:
        self._device = site.device
        self._weight = site.values(spec.weight, spec.width)
        self._eps = spec.eps

    def forward(self, x: Tensor) -> Tensor:
        """Return [T, D]."""
        out = self._device.empty(*x.shape)
        cpu.rms_norm(self._device.stream, x, self._weight, out, self._eps)
        return out


@operator("torch")
class TorchRotary(Rotary):
    """Cosines and sines in plain torch."""

    def __init__(self, site: Site, spec: RotarySpec) -> None:
        del site
        self._frequencies = torch.tensor(spec.inverse_frequencies, dtype=torch.float32)
        self._scale = spec.scale

    def forward(self, positions: Tensor) -> Tensor:
        """Return [T, P, 2]."""
        return reference.rope_table(positions, self._frequencies, self._scale)


@operator("cpu")
class CpuRotary(Rotary):
    """Cosines and sines by the native kernel."""

    captures = True

    def __init__(self, site: Site, spec: RotarySpec) -> None:
        self._device = site.device
        self._frequencies = torch.tensor(spec.inverse_frequencies, dtype=torch.float32)
        self._scale = spec.scale

    def forward(self, positions: Tensor) -> Tensor:
        """Return [T, P, 2]."""
        out = self._device.empty(len(positions), len(self._frequencies), 2)
        cpu.rope_table(self._device.stream, positions, self._frequencies, self._scale, out)
        return out


@operator("torch")
class TorchElementwise(Elementwise):
    """Sums in plain torch."""

    def __init__(self, site: Site, spec: None) -> None:
        del site, spec

    def add(self, x: Tensor, y: Tensor) -> Tensor:
        """Return x + y."""
        return x + y


@operator("cpu")
class CpuElementwise(Elementwise):
    """Sums by native kernels."""

    captures = True

    def __init__(self, site: Site, spec: None) -> None:
        del spec
        self._device = site.device

    def add(self, x: Tensor, y: Tensor) -> Tensor:
        """Return x + y."""
        out = self._device.empty(*x.shape)
        cpu.add(self._device.stream, x, y, out)
        return out
