# SPDX-License-Identifier: Apache-2.0
"""Routers and routed experts."""

from __future__ import annotations

import torch
from torch import Tensor

from ktdesk.formats.quant import Layout
from ktdesk.kernels import cpu, reference
from ktdesk.kernels.memory import read_experts
from ktdesk.operators.base import Experts, ExpertsSpec, Router, RouterSpec
from ktdesk.operators.linear import activations
from ktdesk.operators.registry import operator
from ktdesk.operators.site import Site


@operator("torch")
class TorchRouter(Router):
    """The choice of experts in plain torch."""

    def __init__(self, site: Site, spec: RouterSpec) -> None:
        self._spec = spec
        self._bias = site.values(spec.bias, spec.experts) if spec.bias else None

    def forward(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Return ids and weights, [T, K] each."""
        spec = self._spec
        return reference.router(
            logits,
            self._bias,
            experts_per_token=spec.experts_per_token,
            gating=spec.gating,
            groups=spec.groups,
            groups_used=spec.groups_used,
            normalize=spec.normalize,
            scale=spec.scale,
        )


@operator("cpu")
class CpuRouter(Router):
    """The choice of experts by the native kernel."""

    captures = True

    def __init__(self, site: Site, spec: RouterSpec) -> None:
        self._device, self._spec = site.device, spec
        self._bias = site.values(spec.bias, spec.experts) if spec.bias else None

    def forward(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Return ids and weights, [T, K] each."""
        spec = self._spec
        ids = self._device.empty(len(logits), spec.experts_per_token, dtype=torch.int32)
        weights = self._device.empty(*ids.shape)
        cpu.router(
            self._device.stream,
            logits,
            self._bias,
            ids,
            weights,
            gating=spec.gating,
            groups=spec.groups,
            groups_used=spec.groups_used,
            normalize=spec.normalize,
            scale=spec.scale,
        )
        return ids, weights


@operator("torch")
class TorchExperts(Experts):
    """Routed experts in plain torch, with dequantised matrices."""

    def __init__(self, site: Site, spec: ExpertsSpec) -> None:
        self._gate = site.values(spec.gate, spec.experts, spec.ffn_width, spec.width)
        self._up = site.values(spec.up, spec.experts, spec.ffn_width, spec.width)
        self._down = site.values(spec.down, spec.experts, spec.width, spec.ffn_width)

    def forward(self, x: Tensor, ids: Tensor, weights: Tensor, shared: Tensor) -> Tensor:
        """Return shared + the weighted sum of each token's experts."""
        return shared + reference.experts(x, self._gate, self._up, self._down, ids, weights)


@operator("cpu")
class CpuExperts(Experts):
    """Routed experts on the CPU, with the file's own blocks: gate, up, activate, down, combine."""

    captures = True

    def __init__(self, site: Site, spec: ExpertsSpec) -> None:
        self._device, self._spec = site.device, spec
        self._gate = site.matrix(spec.gate, spec.experts, spec.ffn_width, spec.width)
        self._up = site.matrix(spec.up, spec.experts, spec.ffn_width, spec.width)
        self._down = site.matrix(spec.down, spec.experts, spec.width, spec.ffn_width)
        matrices = (self._gate, self._up, self._down) if site.resources.reads_ahead else ()
        self._mapped = [weight for weight in matrices if weight.layout is Layout.STORED]
        self._alike = self._gate.type.is_float == self._up.type.is_float

    def forward(self, x: Tensor, ids: Tensor, weights: Tensor, shared: Tensor) -> Tensor:
        """Return shared + the weighted sum of each token's experts; `shared` is overwritten."""
        device, spec, stream = self._device, self._spec, self._device.stream
        pairs, used = ids.numel(), spec.experts_per_token
        plan = device.empty(spec.experts + 1 + pairs, dtype=torch.int32)
        cpu.expert_plan(stream, ids, plan)
        for weight in self._mapped:
            read_experts(stream, weight, plan)
        source = activations(device, self._gate, x)
        up_source = source if self._alike else activations(device, self._up, x)
        gate, up = device.empty(pairs, spec.ffn_width), device.empty(pairs, spec.ffn_width)
        cpu.expert_linear(stream, self._gate, source, plan, gate, experts_per_token=used)
        cpu.expert_linear(stream, self._up, up_source, plan, up, experts_per_token=used)
        cpu.silu_mul(stream, gate, up, gate)
        down = device.empty(pairs, spec.width)
        hidden = activations(device, self._down, gate)
        cpu.expert_linear(stream, self._down, hidden, plan, down, experts_per_token=used)
        cpu.combine(stream, down, weights, shared)
        return shared
