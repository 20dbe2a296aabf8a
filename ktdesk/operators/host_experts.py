# SPDX-License-Identifier: Apache-2.0
"""Routed experts on the CPU, for activations that live on a GPU."""

from __future__ import annotations

import torch
from torch import Tensor

from ktdesk.devices.cuda import CudaDevice, Handed
from ktdesk.kernels import native
from ktdesk.operators.base import Experts, ExpertsSpec, Shared
from ktdesk.operators.experts import NativeExperts
from ktdesk.operators.registry import operator
from ktdesk.operators.site import Site


@operator("host")
class HostExperts(Experts):
    """The CPU's experts, to which a GPU hands its activations, and whose sum it adds.

    While the CPU works, the GPU goes on with the shared experts.
    """

    captures = True

    def __init__(self, site: Site, spec: ExpertsSpec) -> None:
        assert isinstance(site.device, CudaDevice)
        self._path, self._gpu, self._cpu = site.path, site.device, site.resources.cpu
        self._experts = NativeExperts(site.on_cpu, spec)

    def forward(self, x: Tensor, ids: Tensor, weights: Tensor, shared: Shared | None) -> Tensor:
        """Return shared + the weighted sum of each token's experts."""
        forward = self._captured if self._gpu.is_capturing else self._eager
        return forward(x, ids, weights, shared)

    def _captured(self, x: Tensor, ids: Tensor, weights: Tensor, shared: Shared | None) -> Tensor:
        """Record a hand-off: the CPU replays its own graph on memory that both sides reach."""
        gpu = self._gpu
        out = gpu.pinned(*x.shape, dtype=x.dtype)
        mapped = Handed(
            gpu.pinned(*x.shape, dtype=x.dtype),
            gpu.pinned(*ids.shape, dtype=ids.dtype),
            gpu.pinned(*weights.shape, dtype=weights.dtype),
        )
        with self._cpu.capture() as graph:
            self._experts.launch(mapped.x, mapped.ids, mapped.weights, None, out)
        number = gpu.request(graph, self._path, Handed(x, ids, weights), mapped)
        start = shared() if shared else None
        return gpu.collect(number, out, start)

    def _eager(self, x: Tensor, ids: Tensor, weights: Tensor, shared: Shared | None) -> Tensor:
        """Bring many tokens to the CPU and back."""
        gpu = self._gpu
        start = shared() if shared else gpu.constant(torch.zeros(x.shape))
        out = self._cpu.empty(*x.shape)
        self._experts.launch(gpu.read(x), gpu.read(ids), gpu.read(weights), None, out)
        routed = gpu.constant(out)
        native.add(gpu.stream, start, routed, routed)
        return routed
