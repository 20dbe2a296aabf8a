# SPDX-License-Identifier: Apache-2.0
"""What deferral means, in plain torch and apart from the operators under test.

`experts.defined` adds, in steps, each token's lightest experts of the layer before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor

from ktdesk.operators.base import ExpertsSpec, Shared
from ktdesk.operators.experts import TorchExperts
from ktdesk.operators.registry import operator
from ktdesk.operators.site import Site


@dataclass
class Layers:
    """Of the model that was built last: its layers of experts in order."""

    every: list[DefinedExperts] = field(default_factory=list)
    is_step: bool = False  # what is computed is no prompt


LAYERS = Layers()


@operator("defined")
class DefinedExperts(TorchExperts):
    """Experts in plain torch, of which each token's `deferred` lightest come a layer later.

    resident: so many, the first ones, never do.
    """

    def __init__(self, site: Site, spec: ExpertsSpec, *, deferred: int, resident: int = 0) -> None:
        super().__init__(site, spec)
        self._at_once = max(1, spec.experts_per_token - deferred)
        self._resident = resident
        self._late = torch.zeros(())
        LAYERS.every.append(self)

    def forward(self, x: Tensor, ids: Tensor, weights: Tensor, shared: Shared | None) -> Tensor:
        place = LAYERS.every.index(self)
        if not LAYERS.is_step or place == len(LAYERS.every) - 1:
            own = super().forward(x, ids, weights, shared)
        else:
            # A stable sort, so that of equal weights the later is lighter.
            place_of = (-weights).argsort(dim=-1, stable=True).argsort(dim=-1)
            is_late = (place_of >= self._at_once) & (ids >= self._resident)
            own = super().forward(x, ids, weights.masked_fill(is_late, 0), shared)
            self._late = super().forward(x, ids, weights.masked_fill(~is_late, 0), None)
        return own + LAYERS.every[place - 1]._late if LAYERS.is_step and place else own
