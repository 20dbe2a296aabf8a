# SPDX-License-Identifier: Apache-2.0
"""The plan for a model on a machine: where everything goes, how fast it is, what would help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ktdesk.formats.gguf import Checkpoint
from ktdesk.hardware.machine import Machine
from ktdesk.kernels.cache_types import CacheType
from ktdesk.models.loadable import check_loadable
from ktdesk.models.slots import outline
from ktdesk.operators.placement import Placement
from ktdesk.planning.assignment import Assignment, assign
from ktdesk.planning.dissection import dissect_outline
from ktdesk.planning.modules import Anatomy
from ktdesk.planning.needs import Needs
from ktdesk.planning.proposal import propose
from ktdesk.planning.record import Outcome, correction
from ktdesk.planning.remedies import Saving, savings
from ktdesk.planning.speed import Speed, decode_speed, prefill_speed
from ktdesk.planning.verdict import Verdict, judge

_PROMPTS = (512, 2048, 8192, 32768)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the user asks for. context_tokens: of the cache. vram_bytes: of each card; 0 for all.

    placement: None leaves the choice to KTDesk.
    """

    context_tokens: int
    cache_type: CacheType = CacheType.F16
    vram_bytes: int = 0
    placement: Placement | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Where everything goes and what comes of it.

    decode, prefill: speeds with so many tokens before, or of prompts so long.
    """

    anatomy: Anatomy
    assignment: Assignment
    needs: Needs
    verdict: Verdict
    savings: tuple[Saving, ...]
    decode: dict[int, Speed]
    prefill: dict[int, Speed]


class Planner:
    """Plans one model on one machine, as often as wishes change: its slots are found once.

    outcomes: what was measured before; those of machine_key correct what is predicted. counts: how
    often its experts were chosen, as `Anatomy.counted` takes it.
    Raises ModelFileError for files that cannot be used. Reads no weight.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        machine: Machine,
        outcomes: Sequence[Outcome] = (),
        machine_key: str = "",
        counts: NDArray[np.int64] | None = None,
    ) -> None:
        self.counts = counts
        self.checkpoint, self.machine = checkpoint, machine
        self._outcomes, self._machine_key = outcomes, machine_key
        self._outline = outline(checkpoint)
        check_loadable(checkpoint, self._outline)
        self._anatomies: dict[CacheType, Anatomy] = {}

    def plan(self, wishes: Wishes, scale: float = 1.0) -> Plan:
        """Return the plan for some wishes. Raises PlacementError for rules that do not fit.

        scale: how many times as large the weights are, to plan about another quantisation.
        """
        if wishes.placement:
            wishes.placement.check_model(self.checkpoint.architecture)
        anatomy = self._anatomy(wishes.cache_type)
        if scale != 1.0:
            anatomy = anatomy.scaled(scale)
        return plan_anatomy(anatomy, self.machine, wishes, self._corrected)

    def decode_curve(self, plan: Plan, context_tokens: int, steps: int = 16) -> dict[int, Speed]:
        """Return a plan's speeds with more and more tokens before, up to a context."""
        depths = [context_tokens * step // steps for step in range(steps + 1)]
        return {
            depth: self._corrected(
                decode_speed(plan.assignment, self.machine, plan.needs, depth), "decode"
            )
            for depth in depths
        }

    @property
    def measured(self) -> tuple[Outcome, ...]:
        """What was measured of this model on this machine, the oldest first."""
        model, key = self.checkpoint.name, self._machine_key
        return tuple(o for o in self._outcomes if (o.machine, o.model) == (key, model))

    def _corrected(self, speed: Speed, work: str) -> Speed:
        model, machine = self.checkpoint.name, self._machine_key
        factor = correction(self._outcomes, machine=machine, model=model, work=work)
        return Speed(speed.tokens_per_s.times(factor), speed.limit)

    def _anatomy(self, cache_type: CacheType) -> Anatomy:
        if cache_type not in self._anatomies:
            anatomy = dissect_outline(self.checkpoint, self._outline, cache_type)
            self._anatomies[cache_type] = anatomy.counted(self.counts)
        return self._anatomies[cache_type]


def make_plan(
    checkpoint: Checkpoint,
    machine: Machine,
    wishes: Wishes,
    outcomes: Sequence[Outcome] = (),
    machine_key: str = "",
    counts: NDArray[np.int64] | None = None,
) -> Plan:
    """Plan a model for a machine, corrected by what was measured on it. Reads no weight.

    Raises ModelFileError for files that cannot be used, PlacementError for rules that do not fit.
    """
    return Planner(checkpoint, machine, outcomes, machine_key, counts).plan(wishes)


def plan_anatomy(
    anatomy: Anatomy,
    machine: Machine,
    wishes: Wishes,
    corrected: Callable[[Speed, str], Speed] = lambda speed, work: speed,
) -> Plan:
    """Plan a model that need not be here. corrected: returns what is known better of a speed.

    Raises PlacementError for rules that do not fit.
    """
    context = wishes.context_tokens
    placement = wishes.placement or propose(anatomy, machine, context, wishes.vram_bytes)
    assignment = assign(anatomy, placement)
    needs = Needs.of(assignment, context)
    verdict = judge(needs, machine, wishes.vram_bytes)
    return Plan(
        anatomy,
        assignment,
        needs,
        verdict,
        savings(assignment.anatomy(anatomy), context, wishes.cache_type, verdict),
        {
            depth: corrected(decode_speed(assignment, machine, needs, depth), "decode")
            for depth in (0, context // 2, context)
        },
        {
            tokens: corrected(prefill_speed(assignment, machine, needs, tokens), "prefill")
            for tokens in _PROMPTS
            if tokens <= context
        },
    )
