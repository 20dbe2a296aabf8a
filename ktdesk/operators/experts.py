# SPDX-License-Identifier: Apache-2.0
"""Routers and routed experts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ktdesk.devices.base import Device
from ktdesk.devices.torch_device import Kind
from ktdesk.kernels import native, reference
from ktdesk.kernels.experts import (
    ExpertWeights,
    expert_plan,
    experts_down,
    experts_up,
    plan_size,
)
from ktdesk.kernels.memory import read_experts
from ktdesk.operators.base import Experts, ExpertsSpec, Router, RouterSpec, Shared
from ktdesk.operators.registry import operator
from ktdesk.operators.site import Site
from ktdesk.operators.torch_seam import Seam, across


@operator("torch")
class TorchRouter(Router):
    """The choice of experts in plain torch."""

    def __init__(
        self, site: Site, spec: RouterSpec, *, device: Kind = "cpu", card: int = 0
    ) -> None:
        self.seam = Seam(site, device, card)
        site = self.seam.site
        self._spec = spec
        self._bias = site.values(spec.bias, spec.experts) if spec.bias else None

    @across
    def forward(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Return ids and weights, [T, K] each."""
        spec = self._spec
        ids, weights = reference.router(
            logits,
            self._bias,
            experts_per_token=spec.experts_per_token,
            gating=spec.gating,
            groups=spec.groups,
            groups_used=spec.groups_used,
            normalize=spec.normalize,
            scale=spec.scale,
        )
        return ids.int(), weights


@operator("cpu", "cuda")
class NativeRouter(Router):
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
        native.router(
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

    def __init__(
        self, site: Site, spec: ExpertsSpec, *, device: Kind = "cpu", card: int = 0
    ) -> None:
        self.seam = Seam(site, device, card)
        site = self.seam.site
        self._gate = site.values(spec.gate, spec.experts, spec.ffn_width, spec.width)
        self._up = site.values(spec.up, spec.experts, spec.ffn_width, spec.width)
        self._down = site.values(spec.down, spec.experts, spec.width, spec.ffn_width)
        self._biases, self._activation = _biases(site, spec), spec.activation
        self._weighs_input = spec.weighs_input

    @across
    def forward(self, x: Tensor, ids: Tensor, weights: Tensor, shared: Shared | None) -> Tensor:
        """Return shared + the weighted sum of each token's experts."""
        matrices = self._gate, self._up, self._down
        if self._weighs_input:
            x, weights = x * weights, torch.ones_like(weights)
        routed = reference.experts(
            x, *matrices, ids, weights, activation=self._activation, **self._biases
        )
        return routed if shared is None else shared() + routed


@operator("cuda")
class NativeExperts(Experts):
    """Routed experts by native kernels, with blocks of weights.

    only: those that it computes, ascending, if not all: it adds nothing for the others.
    """

    captures = True

    def __init__(
        self,
        site: Site,
        spec: ExpertsSpec,
        only: Sequence[int] = (),
        *,
        quantization: str | None = None,
    ) -> None:
        site = site.quantized(quantization)
        self._device, self._cpu = site.device, site.resources.cpu
        self._experts = spec.experts
        self._weighs_input = spec.weighs_input
        self._path, self._use = site.path, site.resources.expert_use
        self.weights = ExpertWeights(
            site.matrix(spec.gate, spec.experts, spec.ffn_width, spec.width, only=only),
            site.matrix(spec.up, spec.experts, spec.ffn_width, spec.width, only=only),
            site.matrix(spec.down, spec.experts, spec.width, spec.ffn_width, only=only),
            spec.activation,
            **_biases(site, spec, only),
        )
        self._slots = self._find_slots(only) if only else None
        matrices = (self.weights.gate, self.weights.up, self.weights.down)
        ahead = matrices if site.resources.reads_ahead and site.device is self._cpu else ()
        self._mapped = [weight for weight in ahead if not weight.blocks.flags.writeable]

    def _find_slots(self, only: Sequence[int]) -> Tensor:
        """Return the number of each expert's matrices, as `expert_plan` takes it."""
        count = self.weights.sizes()[0]
        slots = np.full(self._experts, count, np.int32)
        slots[list(only)] = only if count == self._experts else range(count)
        return self._device.constant(torch.as_tensor(slots))

    def forward(self, x: Tensor, ids: Tensor, weights: Tensor, shared: Shared | None) -> Tensor:
        """Return shared + the weighted sum of each token's experts."""
        if self._device.is_capturing:
            self._use.note(self._path, ids, self._experts, self._device)
        start = shared() if shared else None
        out = self._device.empty(*x.shape) if start is None else start
        self.launch(x, ids, weights, start, out)
        return out

    def launch(
        self, x: Tensor, ids: Tensor, weights: Tensor, start: Tensor | None, out: Tensor
    ) -> None:
        """Launch what makes out = start + each token's experts; start may be out, None is zero."""
        device = self._device
        if self._weighs_input:
            x, weights = weighed(device, x, weights)
        count = self.weights.sizes()[0]
        plan = device.empty(plan_size(ids.numel(), count), dtype=torch.int32)
        expert_plan(device.stream, ids, plan, experts=count, slots=self._slots)
        self.launch_plan(x, plan, weights, start, out, each=ids.numel() // self._experts)

    def launch_plan(
        self,
        x: Tensor,
        plan: Tensor,
        weights: Tensor,
        start: Tensor | None,
        out: Tensor,
        *,
        each: int,
    ) -> None:
        """Launch the same for the pairs of a plan, of which each expert has about so many."""
        for weight in self._mapped:
            read_experts(self._cpu.stream, weight, plan)
        run_experts(self._device, self.weights, x, plan, weights, start, out, each=each)


def weighed(device: Device, x: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Return x times weights [T, 1], and weights that change nothing any more."""
    out = device.empty(*x.shape)
    native.weigh_rows(device.stream, x, weights, out)
    return out, device.constant(torch.ones(weights.shape))


def run_experts(
    device: Device,
    weights: ExpertWeights,
    x: Tensor,
    plan: Tensor,
    shares: Tensor,
    start: Tensor | None,
    out: Tensor,
    *,
    each: int,
) -> None:
    """Launch what makes out = start + each token's experts for x [T, D]; see `kernels.experts`.

    each: about how many tokens an expert has.
    """
    pairs, stream = shares.numel(), device.stream
    source = device.activations(weights.gate, x, each)
    forms = [device.form(weight, each) for weight in (weights.gate, weights.up)]
    up_source = source if forms[0] == forms[1] else device.activations(weights.up, x, each)
    hidden = device.room_for(weights.down, pairs, each)
    experts_up(stream, weights, source, up_source, plan, hidden)
    experts_down(stream, weights, hidden, plan, shares, start, out)


def _biases(site: Site, spec: ExpertsSpec, only: Sequence[int] = ()) -> dict[str, Tensor | None]:
    def values(name: str, outputs: int) -> Tensor | None:
        return site.values(name, spec.experts, outputs, only=only) if name else None

    return {
        "gate_bias": values(spec.gate_bias, spec.ffn_width),
        "up_bias": values(spec.up_bias, spec.ffn_width),
        "down_bias": values(spec.down_bias, spec.width),
    }
