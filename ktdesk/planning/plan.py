# SPDX-License-Identifier: Apache-2.0
"""The plan for a model on a machine: where everything goes, how fast it is, what would help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ktdesk.formats.gguf import Checkpoint
from ktdesk.hardware.machine import Machine
from ktdesk.kernels.cache_types import CacheType
from ktdesk.operators.placement import Placement
from ktdesk.planning.assignment import Assignment, assign
from ktdesk.planning.modules import Anatomy, dissect
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


def make_plan(
    checkpoint: Checkpoint,
    machine: Machine,
    wishes: Wishes,
    outcomes: Sequence[Outcome] = (),
    machine_key: str = "",
) -> Plan:
    """Plan a model for a machine, corrected by what was measured on it. Reads no weight.

    Raises ModelFileError for files that cannot be used, PlacementError for rules that do not fit.
    """

    def factor(work: str) -> float:
        return correction(outcomes, machine=machine_key, model=checkpoint.name, work=work)

    return plan_anatomy(dissect(checkpoint, wishes.cache_type), machine, wishes, factor)


def plan_anatomy(
    anatomy: Anatomy,
    machine: Machine,
    wishes: Wishes,
    factor: Callable[[str], float] = lambda work: 1.0,
) -> Plan:
    """Plan a model that need not be here. factor: corrects the speed of 'decode' and 'prefill'.

    Raises PlacementError for rules that do not fit.
    """
    context = wishes.context_tokens
    placement = wishes.placement or propose(anatomy, machine, context, wishes.vram_bytes)
    assignment = assign(anatomy, placement)
    needs = Needs.of(assignment, context)
    verdict = judge(needs, machine, wishes.vram_bytes)

    def corrected(speed: Speed, work: str) -> Speed:
        return Speed(speed.tokens_per_s.times(factor(work)), speed.limit)

    return Plan(
        anatomy,
        assignment,
        needs,
        verdict,
        savings(anatomy, context, wishes.cache_type, verdict),
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
