# SPDX-License-Identifier: Apache-2.0
"""The halves of a layer: what attention is to a decoder, and the feed-forward parts.

Tensors that only some models of an architecture have (biases) are used where the file has them: a
tensor that nothing uses is an error.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from functools import partial

from torch import Tensor

from ktdesk.kernels.experts import Activation
from ktdesk.operators.base import (
    Elementwise,
    Experts,
    ExpertsSpec,
    Linear,
    LinearSpec,
    Mlp,
    MlpSpec,
    Router,
    RouterSpec,
    Step,
)
from ktdesk.operators.site import Site


class Block(ABC):
    """One half of a layer: attention, or a feed-forward part."""

    @abstractmethod
    def forward(self, x: Tensor, step: Step) -> Tensor:
        """Return what is added to the residual stream, [T, D], for normalised x [T, D]."""


class DenseMlp(Block):
    """A gated feed-forward part that all tokens pass.

    suffix: what follows gate, up and down in the tensors' names, such as `_shexp`. The gate may be
    in one tensor with up.
    """

    def __init__(
        self,
        site: Site,
        layer: int,
        width: int,
        ffn_width: int,
        suffix: str = "",
        activation: Activation = "silu",
    ) -> None:
        gate, up, down = (
            f"blk.{layer}.ffn_{name}{suffix}.weight" for name in ("gate", "up", "down")
        )
        gate = site.name_if_there(gate)
        self._mlp = site.make("dense", Mlp, MlpSpec(gate, up, down, width, ffn_width, activation))

    def forward(self, x: Tensor, step: Step) -> Tensor:
        """Return [T, D]."""
        del step
        return self._mlp.forward(x)


class GatedShared(Block):
    """Shared experts whose output each token weighs by a sigmoid of its own."""

    def __init__(self, site: Site, layer: int, width: int, ffn_width: int) -> None:
        self._mlp = DenseMlp(site, layer, width, ffn_width, "_shexp")
        weight = LinearSpec(f"blk.{layer}.ffn_gate_inp_shexp.weight", width, 1)
        self._gate = site.make("gate", Linear, weight)
        self._elementwise = site.make("elementwise", Elementwise, None)

    def forward(self, x: Tensor, step: Step) -> Tensor:
        """Return [T, D]."""
        out = self._mlp.forward(x, step)
        return self._elementwise.weigh(out, self._gate.forward(x), logits=True)


class SparseMlp(Block):
    """Routed experts, perhaps beside shared ones that every token passes.

    weighs_input: as ExpertsSpec has it.
    """

    def __init__(
        self,
        site: Site,
        layer: int,
        router: RouterSpec,
        ffn_width: int,
        width: int,
        shared: Block | None = None,
        activation: Activation = "silu",
        *,
        weighs_input: bool = False,
    ) -> None:
        blk = f"blk.{layer}.ffn"

        def bias(name: str) -> str:
            return site.name_if_there(f"{blk}_{name}.bias")

        scores = LinearSpec(f"{blk}_gate_inp.weight", width, router.experts, bias("gate_inp"))
        self._scores = site.make("gate", Linear, scores)
        choice = replace(router, bias=site.name_if_there(f"blk.{layer}.exp_probs_b.bias"))
        self._router = site.make("router", Router, choice)
        self._shared = shared
        spec = ExpertsSpec(
            f"{blk}_gate_exps.weight",
            f"{blk}_up_exps.weight",
            f"{blk}_down_exps.weight",
            router.experts,
            router.experts_per_token,
            width,
            ffn_width,
            activation,
            bias("gate_exps"),
            bias("up_exps"),
            bias("down_exps"),
            weighs_input,
        )
        self._experts = site.make("experts", Experts, spec)

    def forward(self, x: Tensor, step: Step) -> Tensor:
        """Return [T, D]."""
        ids, weights = self._router.forward(self._scores.forward(x))
        block = self._shared
        shared = partial(block.forward, x, step) if block else None
        return self._experts.forward(x, ids, weights, shared)
