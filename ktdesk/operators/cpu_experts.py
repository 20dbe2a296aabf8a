# SPDX-License-Identifier: Apache-2.0
"""Routed experts on the CPU, of which some may be deferred."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from ktdesk.kernels import native
from ktdesk.operators.base import ExpertsSpec, Shared
from ktdesk.operators.deferral import Chosen
from ktdesk.operators.experts import NativeExperts
from ktdesk.operators.registry import operator
from ktdesk.operators.site import Site


@operator("cpu")
class CpuExperts(NativeExperts):
    """Routed experts by native kernels on the CPU.

    deferred: how many of a token's experts are added one layer later; see `deferral`. Beside a GPU
    that saves time; without one it shows what it does to answers.
    """

    def __init__(
        self,
        site: Site,
        spec: ExpertsSpec,
        only: Sequence[int] = (),
        *,
        deferred: int = 0,
        quantization: str | None = None,
    ) -> None:
        super().__init__(site, spec, only, quantization=quantization)
        self._layer = site.resources.deferral.join(deferred, spec.experts_per_token)

    def forward(self, x: Tensor, ids: Tensor, weights: Tensor, shared: Shared | None) -> Tensor:
        """Return shared + the weighted sum of each token's experts, but for those deferred."""
        if not self._cpu.is_capturing:
            return super().forward(x, ids, weights, shared)
        self._use.note(self._path, ids, self._experts)
        start = shared() if shared else None
        out = self._cpu.empty(*x.shape) if start is None else start
        later = self.launch_now(x, Chosen(ids, weights), start, out)
        if later:
            self.launch_later(x, later)
        return out

    def launch_now(
        self, x: Tensor, chosen: Chosen, start: Tensor | None, out: Tensor
    ) -> Chosen | None:
        """Launch what makes out = start + what the layer before deferred + experts of this one.

        start may be out. Returns the experts that remain for `launch_later`, if any.
        """
        now, later = self._layer.part(self._cpu, chosen)
        left = self._layer.take()
        if start is not None and left is not None:
            native.add(self._cpu.stream, start, left, out)
            start = out
        self.launch(x, *now, left if start is None else start, out)
        return later

    def launch_later(self, x: Tensor, deferred: Chosen) -> None:
        """Launch the rest, for the next layer to add."""
        sums = self._cpu.empty(*x.shape)
        self.launch(x, *deferred, None, sums)
        self._layer.leave(sums)
