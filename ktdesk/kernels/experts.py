# SPDX-License-Identifier: Apache-2.0
"""Checked wrappers of the kernels of routed experts, in the manner of `kernels/native.py`.

P = T * K pairs of token and expert, E experts, K experts per token, D width, F hidden width.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import torch
from torch import Tensor

from ktdesk.formats.quant import Weight
from ktdesk.kernels.activations import check_activations
from ktdesk.kernels.checks import check, check_positive, check_weight, fail, sizes

if TYPE_CHECKING:
    from ktdesk.kernels.launches import Stream

Activation = Literal["silu", "gelu", "gelu_erf", "clamped_silu"]
_ACTIVATIONS: tuple[Activation, ...] = ("silu", "gelu", "gelu_erf", "clamped_silu")  # native order


@dataclass(frozen=True, slots=True)
class ExpertWeights:
    """Gate and up [E, F, D], down [E, D, F], and their biases [E, F], [E, F], [E, D] or None."""

    gate: Weight
    up: Weight
    down: Weight
    activation: Activation = "silu"
    gate_bias: Tensor | None = None
    up_bias: Tensor | None = None
    down_bias: Tensor | None = None

    def sizes(self) -> tuple[int, int, int]:
        """Return E, F, D. Raises KernelError if the matrices do not belong together."""
        if len(self.gate.shape) != 3:
            raise fail(f"{self.gate.name} is not one matrix per expert: {self.gate.shape}.")
        experts, hidden, width = self.gate.shape
        if self.up.shape != self.gate.shape or self.down.shape != (experts, width, hidden):
            raise fail(
                f"Experts need up like gate, and down the other way round: {self.gate.name} is "
                f"{self.gate.shape}, {self.up.name} {self.up.shape}, {self.down.name} "
                f"{self.down.shape}."
            )
        return experts, hidden, width


def plan_size(pairs: int, experts: int) -> int:
    """Return how many numbers a plan has."""
    return experts + 1 + pairs + 1 + min(pairs, experts)


def expert_plan(
    stream: Stream, ids: Tensor, plan: Tensor, *, experts: int, slots: Tensor | None = None
) -> None:
    """Group pairs p = t * K + k by expert, ids [T, K] int32, each below `experts`.

    plan int32 [plan_size]: E + 1 offsets, the pairs, the number of experts that have any, those.
    slots: int32 [more than any id], where only some experts are here: the number of each one's
    matrices among these E, or E. Pairs of the others stand behind the last offset.
    """
    check_positive(experts=experts)
    source = check(stream, "ids", ids, (None, None), torch.int32)
    target = check(stream, "plan", plan, (plan_size(ids.numel(), experts),), torch.int32)
    among = 0 if slots is None else check(stream, "slots", slots, (None,), torch.int32)
    stream.expert_plan(source, target, ids.numel(), experts, among)


def experts_up(
    stream: Stream,
    weights: ExpertWeights,
    gate_x: Tensor,
    up_x: Tensor,
    plan: Tensor,
    hidden: Tensor,
) -> None:
    """Compute hidden = activation(gate x, up x) of all pairs, in the plan's order.

    gate_x, up_x: x [T, D] in the form that gate and up meet. hidden: [P, F] in the form that
    down meets.
    """
    experts, outputs, _ = weights.sizes()
    tokens, pairs = sizes("gate_x", gate_x, 2)[0], sizes("hidden", hidden, 2)[0]
    check_positive(tokens=tokens)
    if pairs % tokens:
        raise fail(f"hidden has {pairs} rows for {tokens} tokens.")
    stream.experts_up(
        check_weight(stream, weights.gate),
        check_weight(stream, weights.up),
        _check_bias(stream, "gate_bias", weights.gate_bias, experts, outputs),
        _check_bias(stream, "up_bias", weights.up_bias, experts, outputs),
        check_activations(stream, "gate_x", gate_x, (tokens,), weights.gate),
        check_activations(stream, "up_x", up_x, (tokens,), weights.up),
        check(stream, "plan", plan, (plan_size(pairs, experts),), torch.int32),
        check_activations(stream, "hidden", hidden, (pairs,), weights.down),
        pairs,
        experts,
        outputs,
        pairs // tokens,
        _ACTIVATIONS.index(weights.activation),
    )


def experts_down(
    stream: Stream,
    weights: ExpertWeights,
    hidden: Tensor,
    plan: Tensor,
    shares: Tensor,
    start: Tensor | None,
    out: Tensor,
) -> None:
    """Write out = start + each token's experts, weighted by shares [T, K]; None counts as zero.

    hidden [P, F] from `experts_up`. start, out [T, D]; start may be out.
    """
    experts, _, outputs = weights.sizes()
    tokens, used = sizes("shares", shares, 2)
    check_positive(tokens=tokens, experts_per_token=used)
    pairs = tokens * used
    stream.experts_down(
        check_weight(stream, weights.down),
        _check_bias(stream, "down_bias", weights.down_bias, experts, outputs),
        check_activations(stream, "hidden", hidden, (pairs,), weights.down),
        check(stream, "plan", plan, (plan_size(pairs, experts),), torch.int32),
        check(stream, "shares", shares, (tokens, used)),
        0 if start is None else check(stream, "start", start, (tokens, outputs)),
        check(stream, "out", out, (tokens, outputs)),
        tokens,
        pairs,
        experts,
        outputs,
    )


def _check_bias(stream: Stream, name: str, bias: Tensor | None, experts: int, outputs: int) -> int:
    return 0 if bias is None else check(stream, name, bias, (experts, outputs))
