# SPDX-License-Identifier: Apache-2.0
"""Plans for the machine that this program runs on."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from ktdesk.devices.cuda import taken_bytes
from ktdesk.formats.gguf import Checkpoint
from ktdesk.hardware import Machine, describe_machine, taken_memory_bytes
from ktdesk.hardware.measurements import hardware_key
from ktdesk.operators.placement import Placement
from ktdesk.planning.choices import make_wishes
from ktdesk.planning.context import choose_context
from ktdesk.planning.expert_record import read_counts
from ktdesk.planning.plan import Plan, Planner
from ktdesk.planning.record import read_outcomes
from ktdesk.settings import EngineSettings, config_file, read_settings

log = logging.getLogger(__name__)


def open_planner(path: Path, machine: Machine | None = None) -> Planner:
    """Return what plans a file's model for this machine; see `planner_here`."""
    return planner_here(Checkpoint.open(path), machine)


def planner_here(checkpoint: Checkpoint, machine: Machine | None = None) -> Planner:
    """Return what plans a model for this machine, as it is now. Raises ModelFileError.

    machine: if it was looked at already, with the user's own figures.

    What the model takes that is loaded counts as free, since another one would replace it.
    """
    machine = without_model(machine or machine_here(checkpoint.path.parent))
    counts = read_counts(checkpoint)
    return Planner(checkpoint, machine, read_outcomes(), hardware_key(machine), counts)


def machine_here(folder: Path) -> Machine:
    """Return this machine as it is now, with the figures that the user's settings have instead.

    folder: on whose disk the model is. Raises SettingsError for settings that cannot be read.
    """
    said = read_settings(config_file(), report=log.debug).hardware
    return describe_machine((folder,), said)


def without_model(machine: Machine) -> Machine:
    """Return a machine as if this process had taken none of its memory yet.

    What the program itself takes is part of what plans leave for work. What the user says is free
    stays.
    """
    memory, said = machine.memory, machine.overruled
    free = min(memory.total_bytes, memory.available_bytes + taken_memory_bytes())
    if "available_gb" in said:
        free = memory.available_bytes
    return replace(
        machine,
        memory=replace(memory, available_bytes=free),
        gpus=tuple(
            gpu
            if "card_free_mb" in said and not card  # they say it of the first card
            else replace(gpu, free_bytes=min(gpu.memory_bytes, gpu.free_bytes + taken_bytes(card)))
            for card, gpu in enumerate(machine.gpus)
        ),
    )


def plan_here(
    path: Path,
    settings: EngineSettings,
    placement: str = "auto",
    machine: Machine | None = None,
) -> Plan:
    """Plan a file's model as the settings would load it; see `plan_as_loaded`."""
    return plan_as_loaded(open_planner(path, machine), settings, placement)


def plan_as_loaded(
    planner: Planner, settings: EngineSettings, placement: str = "auto", scale: float = 1.0
) -> Plan:
    """Plan a model as the settings would load it.

    placement: 'auto' leaves it to KTDesk. scale: as `Planner.plan` has it. Raises KTDeskError.
    """
    wishes = make_wishes(
        choose_context(planner.checkpoint, settings.context_tokens),
        settings.cache_type,
        settings.vram_mb,
        None if placement == "auto" else Placement.load(placement),
    )
    return planner.plan(wishes, scale)
