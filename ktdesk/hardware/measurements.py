# SPDX-License-Identifier: Apache-2.0
"""What was measured of this machine, kept in KTDesk's data folder until the machine changes."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, cast

from ktdesk.hardware.machine import GpuSpeeds, Machine, Measured
from ktdesk.settings import data_folder
from ktdesk.whole_file import whole_file

log = logging.getLogger(__name__)

VERSION = 1  # of the file; raised when what figures mean changes

NOT_MEASURED = "The speeds of this machine have not been measured."
HAS_CHANGED = "The machine has changed since its speeds were measured."
_UNREADABLE = "The measured speeds cannot be read."


def measurements_file() -> Path:
    """Return the path of the file."""
    return data_folder() / "hardware.json"


def hardware_key(machine: Machine) -> str:
    """Return what changes when parts are exchanged, or fewer of them may be used."""
    memory, processor = machine.memory, machine.processor
    parts = [
        (processor.name, processor.physical_cores, processor.kernels, machine.system.hypervisor),
        (memory.installed_bytes >> 30, len(memory.nodes), memory.speed_mts, memory.channels),
        [
            (gpu.name, gpu.pci_address, gpu.memory_bytes >> 20, gpu.link and gpu.link.width)
            for gpu in machine.gpus
        ],
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def write_measured(machine: Machine, measured: Measured) -> None:
    """Keep what was measured of a machine, as found. If that fails, the log has a warning."""
    content = {"version": VERSION, "hardware": hardware_key(machine), "measured": asdict(measured)}
    try:
        with whole_file(measurements_file()) as file:
            file.write(json.dumps(content, indent=1).encode())
    except OSError as error:
        log.warning("The measured speeds cannot be kept: %s", error)


def read_measured(machine: Machine) -> tuple[Measured, str]:
    """Return what was measured of this machine, as found; or nothing, and why."""
    try:
        content: Any = json.loads(measurements_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Measured(), NOT_MEASURED
    except (OSError, ValueError):
        return Measured(), _UNREADABLE
    try:
        if content["version"] != VERSION:
            return Measured(), NOT_MEASURED
        if content["hardware"] != hardware_key(machine):
            return Measured(), HAS_CHANGED
        return _measured(content["measured"]), ""
    except (KeyError, TypeError, ValueError, AttributeError):
        return Measured(), _UNREADABLE


def _measured(values: Mapping[str, Any]) -> Measured:
    """Return the values in their types. Raises KeyError, TypeError, ValueError, AttributeError."""
    return Measured(
        measured_at=str(values["measured_at"]),
        version=str(values["version"]),
        read_bytes_per_s=_by_number(values["read_bytes_per_s"]),
        node_bytes_per_s=_by_number(values["node_bytes_per_s"]),
        int8_ops_per_s=float(values["int8_ops_per_s"]),
        bf16_ops_per_s=float(values["bf16_ops_per_s"]),
        gpus={
            str(address): GpuSpeeds(
                **{field.name: float(speeds[field.name]) for field in fields(GpuSpeeds)}
            )
            for address, speeds in cast("dict[str, Any]", values["gpus"]).items()
        },
        disks={str(mount): float(speed) for mount, speed in values["disks"].items()},
    )


def _by_number(values: Mapping[str, Any]) -> dict[int, float]:
    return {int(name): float(speed) for name, speed in values.items()}
