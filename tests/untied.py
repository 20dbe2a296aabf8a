# SPDX-License-Identifier: Apache-2.0
"""Texts for small random models whose choice of experts no rounding can change.

Random routers give some tokens two experts of about the same score. Which of them wins depends on
the last bits, and so do the logits of that token and of all that follow: nothing to compare.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor

from ktdesk.devices.cpu import CpuDevice
from ktdesk.formats.gguf import Checkpoint
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.build import build_model, make_plan
from ktdesk.models.decoder import Decoder
from ktdesk.operators.base import RouterSpec
from ktdesk.operators.experts import NativeRouter
from ktdesk.operators.placement import Placement
from ktdesk.operators.registry import operator
from ktdesk.operators.site import Resources, Site
from ktdesk.runtime.step import prefill

RULES = """rules:
  - {match: "**", use: router.watched}
  - {match: "**", use: "*.cpu"}
"""
# Of the scores' standard deviation: some times what rounding activations to 2^-9 makes of them.
_NOISE = 0.03
_TRIALS = 32
_CANDIDATES = range(3, 250)


@operator("watched")
class WatchedRouter(NativeRouter):
    """A router that tells whether scores a little different would have chosen others."""

    is_tied: ClassVar[bool] = False

    def __init__(self, site: Site, spec: RouterSpec) -> None:
        super().__init__(site, spec)
        self._noise = torch.randn(_TRIALS, spec.experts, generator=torch.Generator().manual_seed(1))

    def forward(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Return ids and weights, [T, K] each."""
        ids, weights = super().forward(logits)
        for noise in self._noise:
            others, _ = super().forward(logits + _NOISE * logits.std(-1, keepdim=True) * noise)
            if not torch.equal(
                others, ids
            ):  # in the order of their weights, which deferral asks for
                WatchedRouter.is_tied = True
        return ids, weights


@cache
def untied_tokens(path: Path, count: int = 24) -> list[int]:
    """Return a text of so many tokens, none of which has experts that are tied."""
    resources = Resources(Checkpoint.open(path), CpuDevice(1), count, CacheType.F16)
    plan = make_plan(resources, _placement(resources))
    return untied_text(build_model(resources, plan, lambda _: None), count)


def untied_text(
    model: Decoder, count: int, before: Callable[[int], object] = lambda place: None
) -> list[int]:
    """Return the same for a model with watched routers. before: called with each token's place."""
    order = torch.randperm(len(_CANDIDATES), generator=torch.Generator().manual_seed(6))
    candidates = cycle([_CANDIDATES[i] for i in order.tolist()])
    text: list[int] = []
    while len(text) < count:
        token = next(candidates)
        WatchedRouter.is_tied = False
        before(len(text))
        prefill(model, [token], len(text))
        if not WatchedRouter.is_tied:
            text.append(token)
    return text


def _placement(resources: Resources) -> Placement:
    """Watch the routers, if there are any."""
    has_routers = any("ffn_gate_inp." in name for name in resources.checkpoint.tensors)
    return Placement.parse("watched", RULES) if has_routers else Placement.load("cpu_only")
