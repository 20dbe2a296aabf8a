# SPDX-License-Identifier: Apache-2.0
"""Plans for the machine that this program runs on."""

from __future__ import annotations

from pathlib import Path

from ktdesk.formats.gguf import Checkpoint
from ktdesk.hardware import Machine, describe_machine
from ktdesk.kernels.cache_types import CacheType
from ktdesk.operators.placement import Placement
from ktdesk.planning.context import choose_context
from ktdesk.planning.plan import Plan, Wishes, make_plan
from ktdesk.planning.record import read_outcomes
from ktdesk.settings import EngineSettings


def plan_here(
    path: Path,
    settings: EngineSettings,
    placement: str = "auto",
    machine: Machine | None = None,
) -> Plan:
    """Plan a file's model as the settings would load it.

    placement: 'auto' leaves it to KTDesk. machine: if it was looked at already. Raises KTDeskError.
    """
    checkpoint = Checkpoint.open(path)
    wishes = Wishes(
        context_tokens=choose_context(checkpoint, settings.context_tokens),
        cache_type=CacheType(settings.cache_type),
        vram_bytes=settings.vram_mb * 1_000_000,
        placement=None if placement == "auto" else Placement.load(placement),
    )
    return make_plan(checkpoint, machine or describe_machine(), wishes, read_outcomes())
