# SPDX-License-Identifier: Apache-2.0
"""Puts figures where they belong in a machine: those that were measured, then the user's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ktdesk.hardware.machine import GpuSpeeds, Machine, Measured
from ktdesk.settings import HardwareSettings, describe

_Change = Callable[[Machine, int], Machine]


def with_measured(machine: Machine, measured: Measured, problem: str) -> Machine:
    """Return the machine with the speeds that were measured. problem: why there are none."""
    none = GpuSpeeds()
    return replace(
        machine,
        measured=measured,
        measured_problem=problem,
        processor=replace(
            machine.processor,
            int8_ops_per_s=measured.int8_ops_per_s,
            bf16_ops_per_s=measured.bf16_ops_per_s,
        ),
        memory=replace(
            machine.memory,
            read_bytes_per_s=max(measured.read_bytes_per_s.values(), default=0.0),
            nodes=tuple(
                replace(node, read_bytes_per_s=measured.node_bytes_per_s.get(node.id, 0.0))
                for node in machine.memory.nodes
            ),
        ),
        gpus=tuple(
            replace(
                gpu,
                read_bytes_per_s=speeds.read_bytes_per_s,
                to_card_bytes_per_s=speeds.to_card_bytes_per_s,
                from_card_bytes_per_s=speeds.from_card_bytes_per_s,
                bf16_ops_per_s=speeds.bf16_ops_per_s,
            )
            for gpu in machine.gpus
            for speeds in [measured.gpus.get(gpu.pci_address, none)]
        ),
        disks=tuple(
            replace(disk, read_bytes_per_s=measured.disks.get(disk.mount, 0.0))
            for disk in machine.disks
        ),
    )


def overrule(machine: Machine, settings: HardwareSettings) -> Machine:
    """Return the machine with the user's figures in place of what was found, and their names.

    Those of a graphics card are for the first one; without one they change nothing.
    """
    overruled: list[str] = []
    for name in describe(HardwareSettings):
        value: int = getattr(settings, name)
        changed = _CHANGES[name](machine, value) if value else machine
        if changed is not machine:
            machine = changed
            overruled.append(name)
    return replace(machine, overruled=tuple(overruled))


def _processor(name: str, unit: float = 1) -> _Change:
    def change(machine: Machine, value: int) -> Machine:
        changes: dict[str, Any] = {name: value * unit}
        return replace(machine, processor=replace(machine.processor, **changes))

    return change


def _memory(name: str, unit: float) -> _Change:
    def change(machine: Machine, value: int) -> Machine:
        changes: dict[str, Any] = {name: value * unit}
        return replace(machine, memory=replace(machine.memory, **changes))

    return change


def _card(name: str, unit: float) -> _Change:
    def change(machine: Machine, value: int) -> Machine:
        if not machine.gpus:
            return machine
        changes: dict[str, Any] = {name: value * unit}
        return replace(machine, gpus=(replace(machine.gpus[0], **changes), *machine.gpus[1:]))

    return change


def _disks(machine: Machine, value: int) -> Machine:
    if not machine.disks:
        return machine
    disks = tuple(replace(disk, read_bytes_per_s=value * 1e6) for disk in machine.disks)
    return replace(machine, disks=disks)


_CHANGES: dict[str, _Change] = {
    "cores": _processor("physical_cores"),
    "memory_gb": _memory("total_bytes", 10**9),
    "available_gb": _memory("available_bytes", 10**9),
    "bandwidth_gbs": _memory("read_bytes_per_s", 1e9),
    "int8_gops": _processor("int8_ops_per_s", 1e9),
    "bf16_gops": _processor("bf16_ops_per_s", 1e9),
    "card_memory_mb": _card("memory_bytes", 10**6),
    "card_free_mb": _card("free_bytes", 10**6),
    "card_bandwidth_gbs": _card("read_bytes_per_s", 1e9),
    "card_bf16_gops": _card("bf16_ops_per_s", 1e9),
    "to_card_gbs": _card("to_card_bytes_per_s", 1e9),
    "from_card_gbs": _card("from_card_bytes_per_s", 1e9),
    "disk_mbs": _disks,
}
