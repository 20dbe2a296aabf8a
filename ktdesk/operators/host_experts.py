# SPDX-License-Identifier: Apache-2.0
"""Routed experts at home on the CPU, for activations that live on a GPU."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from torch import Tensor

from ktdesk.devices.cuda import CudaDevice, Handed
from ktdesk.kernels import native
from ktdesk.kernels.attention import STEP_TOKENS
from ktdesk.operators.base import Experts, ExpertsSpec, Shared
from ktdesk.operators.cpu_experts import CpuExperts
from ktdesk.operators.deferral import Chosen
from ktdesk.operators.expert_pairs import ExpertPairs
from ktdesk.operators.expert_split import choose_streamed
from ktdesk.operators.experts import NativeExperts, weighed
from ktdesk.operators.registry import operator
from ktdesk.operators.resident import all_but, residents_among
from ktdesk.operators.site import Site
from ktdesk.operators.streamed_experts import StreamedExperts


@operator("host")
class HostExperts(Experts):
    """The CPU's experts, to which a GPU hands its activations, and whose sum it adds.

    While the CPU works, the GPU goes on with the shared experts. Of a prompt it also computes
    those routed experts that have many tokens: their weights are brought to it.

    deferred: how many of a token's experts are added one layer later, so that the CPU computes them
    during the next layer's attention; see `deferral`.
    resident: experts that are on the card nevertheless, which computes them meanwhile, and never
    later; see `resident`.
    """

    captures = True

    def __init__(
        self,
        site: Site,
        spec: ExpertsSpec,
        *,
        deferred: int = 0,
        quantization: str | None = None,
        resident: object = 0,
    ) -> None:
        assert isinstance(site.device, CudaDevice)
        self._path, self._gpu, self._cpu = site.path, site.device, site.resources.cpu
        self._here = residents_among(resident, spec.experts)
        others = all_but(self._here, spec.experts) if self._here else ()
        self._experts = CpuExperts(
            site.on_cpu, spec, others, deferred=deferred, quantization=quantization
        )
        self._resident = None
        if self._here:
            self._resident = NativeExperts(site, spec, self._here, quantization=quantization)
        self._count, self._weighs_input = spec.experts, spec.weighs_input
        self._shared, self._use = site.streaming, site.resources.expert_use
        self._streamed = StreamedExperts(
            self._gpu, self._shared.ring, self._experts.weights, self._here
        )
        self._shared.append(self._streamed)

    def forward(self, x: Tensor, ids: Tensor, weights: Tensor, shared: Shared | None) -> Tensor:
        """Return shared + the weighted sum of each token's experts."""
        forward = self._captured if self._gpu.is_capturing else self._eager
        return forward(x, ids, weights, shared)

    def _captured(self, x: Tensor, ids: Tensor, weights: Tensor, shared: Shared | None) -> Tensor:
        """Record a hand-off: the CPU replays its own graph on memory that both sides reach.

        What is deferred is a second graph, for which nobody waits: the CPU adds its sums to those
        of the next layer.
        """
        gpu = self._gpu
        out = gpu.pinned(*x.shape, dtype=x.dtype)
        mapped = Handed(
            gpu.pinned(*x.shape, dtype=x.dtype),
            gpu.pinned(*ids.shape, dtype=ids.dtype),
            gpu.pinned(*weights.shape, dtype=weights.dtype),
        )
        self._use.note(self._path, mapped.ids, self._count)
        chosen = Chosen(mapped.ids, mapped.weights)
        with self._cpu.capture() as graph:
            later = self._experts.launch_now(mapped.x, chosen, None, out)
        jobs = [(graph, self._path)]
        if later:
            with self._cpu.capture() as graph:
                self._experts.launch_later(mapped.x, later)
            jobs.append((graph, f"{self._path}, deferred"))
        number = gpu.request(jobs, Handed(x, ids, weights), mapped)
        start = shared() if shared else None
        if self._resident:
            sums = gpu.empty(*x.shape) if start is None else start
            self._resident.launch(x, ids, weights, start, sums)
            start = sums
        return gpu.collect(number, out, start)

    def _eager(self, x: Tensor, ids: Tensor, weights: Tensor, shared: Shared | None) -> Tensor:
        """Compute some experts on the CPU and some on the GPU, at the same time.

        The sums are those of the shared experts, of the GPU's and of the CPU's, in this order.
        """
        gpu, given = self._gpu, (x, ids, weights)
        out = shared() if shared else gpu.zeros(*x.shape)
        if self._weighs_input:
            x, weights = weighed(gpu, x, weights)
        pairs, shares = ExpertPairs(gpu.read(ids), self._count, self._here), gpu.read(weights)
        ahead = self._streamed.ahead()
        chosen = self._choose(pairs, ahead) if len(x) > STEP_TOKENS else []
        sent = len({*chosen}.difference(ahead))
        # At most half of the next layer's come ahead: not more than it will choose then.
        most_are_chosen = bool(2 * len(chosen) > np.count_nonzero(pairs.counts))
        source, result = self._shared.rooms(*x.shape)
        began = time.monotonic()
        on_cpu: Future[None] | None = None
        for_cpu = pairs.counts.sum() > pairs.counts[chosen].sum()
        # Both end before their block does, however it is left.
        with (
            self._streamed.bringing(chosen, ahead, next_ahead=most_are_chosen) as slots,
            ThreadPoolExecutor(1, "experts") as thread,
        ):
            if for_cpu:
                gpu.read(x, source)
                on_cpu = thread.submit(self._on_cpu, source, pairs, chosen, shares, result)
            if self._resident:
                self._resident.launch(*given, out, out)
            if chosen:
                self._streamed.add(self._unless_left(slots), chosen, pairs, x, shares.numpy(), out)
                gpu.synchronize()
                self._learn_stream(sent, time.monotonic() - began, alone=not on_cpu)
        if on_cpu:
            on_cpu.result()
            routed = gpu.empty(*x.shape)
            gpu.write(routed, result.numpy())
            native.add(gpu.stream, out, routed, out)
        return out

    def _unless_left(self, slots: Iterator[Tensor]) -> Iterator[Tensor]:
        for slot in slots:
            self._cpu.check_left()
            yield slot

    def _choose(self, pairs: ExpertPairs, ahead: Sequence[int]) -> list[int]:
        """Return the experts that the GPU computes: none, until it is known what that must beat."""
        size, speeds = self._streamed.expert_bytes, self._shared.speeds
        if not speeds.cpu_alone_s:
            return []
        return choose_streamed(pairs.counts, size, speeds, ahead).tolist()

    def _learn_stream(self, experts: int, seconds: float, *, alone: bool) -> None:
        size, speeds = self._streamed.expert_bytes, self._shared.speeds
        speeds.learn_stream(experts, size, seconds, alone=alone)

    def _on_cpu(
        self, x: Tensor, pairs: ExpertPairs, left_out: Sequence[int], shares: Tensor, out: Tensor
    ) -> None:
        """Write the sums of all experts but some to out."""
        began = time.monotonic()
        counts = pairs.counts.copy()
        counts[left_out] = 0
        each = int(counts.sum()) // (self._count - len(left_out))
        plan = pairs.plan_without(left_out)
        self._experts.launch_plan(x, plan, shares, None, out, each=each)
        seconds = time.monotonic() - began
        self._cpu.check_left()  # that time tells nothing
        if len(x) <= STEP_TOKENS:
            return  # a few tell nothing of a prompt
        size, alone = self._streamed.expert_bytes, not left_out
        self._shared.speeds.learn_cpu(counts, size, seconds, alone=alone)
