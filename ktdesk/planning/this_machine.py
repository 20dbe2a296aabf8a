# SPDX-License-Identifier: Apache-2.0
"""Plans for the machine that this program runs on."""

from __future__ import annotations

from pathlib import Path

from ktdesk.formats.gguf import Checkpoint
from ktdesk.hardware import describe_machine
from ktdesk.hardware.measurements import hardware_key
from ktdesk.kernels.cache_types import CacheType
from ktdesk.operators.placement import Placement
from ktdesk.planning.context import choose_context
from ktdesk.planning.plan import Plan, Planner, Wishes
from ktdesk.planning.record import read_outcomes
from ktdesk.settings import EngineSettings


def open_planner(path: Path) -> Planner:
    """Return what plans a file's model for this machine, as it is now. Raises ModelFileError."""
    machine = describe_machine()
    return Planner(Checkpoint.open(path), machine, read_outcomes(), hardware_key(machine))


def plan_here(path: Path, settings: EngineSettings, placement: str = "auto") -> Plan:
    """Plan a file's model as the settings would load it.

    placement: 'auto' leaves it to KTDesk. Raises KTDeskError.
    """
    planner = open_planner(path)
    wishes = Wishes(
        context_tokens=choose_context(planner.checkpoint, settings.context_tokens),
        cache_type=CacheType(settings.cache_type),
        vram_bytes=settings.vram_mb * 1_000_000,
        placement=None if placement == "auto" else Placement.load(placement),
    )
    return planner.plan(wishes)
