# SPDX-License-Identifier: Apache-2.0
"""Looks at this machine, with every reader there is."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path

import psutil

from ktdesk.hardware import caches, power, virtual, windows
from ktdesk.hardware.disks import describe_disk
from ktdesk.hardware.figures import overrule, with_measured
from ktdesk.hardware.gpus import advise, find_gpus
from ktdesk.hardware.instruction_sets import instruction_sets
from ktdesk.hardware.limits import lockable_bytes
from ktdesk.hardware.machine import Machine, Memory, MemoryNode, Processor, System
from ktdesk.hardware.measurements import read_measured
from ktdesk.hardware.memory import (
    available_memory_bytes,
    grants_huge_pages,
    largest_programs,
    memory_limited_by,
    node_free_bytes,
    swap_bytes,
    total_memory_bytes,
)
from ktdesk.hardware.modules import count_channels, peak_bytes_per_s, read_modules, slowest_mts
from ktdesk.hardware.pci import has_nvidia_card
from ktdesk.hardware.processor import (
    kernel_sets,
    logical_cores,
    numa_nodes,
    physical_cores,
    processor_name,
)
from ktdesk.hardware.system_files import LINUX
from ktdesk.settings import HardwareSettings


def describe_machine(
    folders: Sequence[Path] = (),
    settings: HardwareSettings | None = None,
    *,
    root: Path = LINUX,
    answers: windows.Answers | None = None,
) -> Machine:
    """Look at the machine as it is now. Takes a moment where there are graphics cards.

    folders: whose disks to describe. settings: what the user says in place of what is found; by
    default nothing. root: where Linux's files are. answers: Windows's, by default asked for.
    """
    answers = windows.ask_windows() if answers is None else answers
    system = _system(root, answers)
    search = find_gpus()
    if has_nvidia_card(root, answers):
        search = advise(search, is_container=bool(system.container))
    letters = windows.windows_disk_kinds(answers)
    is_virtual = bool(system.hypervisor)
    found = Machine(
        system=system,
        processor=_processor(root, answers),
        memory=_memory(root, answers, is_virtual=is_virtual),
        disks=tuple(
            describe_disk(folder, root=root, is_virtual=is_virtual, letters=letters)
            for folder in folders
        ),
        gpus=search.gpus,
        gpus_problem=search.problem,
        gpus_remedy=search.remedy,
    )
    return overrule(with_measured(found, *read_measured(found)), settings or HardwareSettings())


def _system(root: Path, answers: windows.Answers) -> System:
    return System(
        name=platform.platform(),
        hypervisor=virtual.hypervisor(root)
        or virtual.hypervisor_of(windows.windows_computer(answers)),
        container=virtual.container(root),
        power_plan=power.power_plan(root) or power.windows_plan(str(answers.get("scheme", ""))),
        has_battery=power.has_battery(root) or windows.windows_has_battery(answers),
    )


def _processor(root: Path, answers: windows.Answers) -> Processor:
    kernels, kernels_problem = kernel_sets()
    slow = caches.slow_threads(root) or windows.windows_slow_threads(answers)
    cores = [core for node in numa_nodes(root) for core in node.cores]
    return Processor(
        name=processor_name(root),
        sockets=caches.count_sockets(root) or windows.windows_sockets(answers),
        physical_cores=physical_cores(root),
        logical_cores=logical_cores(root),
        fast_cores=sum(slow.isdisjoint(core) for core in cores),
        caches=caches.read_caches(root) or windows.windows_caches(answers),
        instruction_sets=instruction_sets(),
        kernels=kernels,
        kernels_problem=kernels_problem,
    )


def _memory(root: Path, answers: windows.Answers, *, is_virtual: bool) -> Memory:
    modules, problem = read_modules(root)
    if is_virtual:  # its modules are made up
        modules, problem = (), "A virtual machine is not told of memory modules."
    elif not modules and (said := windows.windows_modules(answers)):
        modules, problem = said, ""
    swap, free_swap = swap_bytes()
    return Memory(
        total_bytes=total_memory_bytes(root),
        available_bytes=available_memory_bytes(root),
        installed_bytes=psutil.virtual_memory().total,
        limited_by=memory_limited_by(root),
        nodes=tuple(
            MemoryNode(
                id=node.id,
                total_bytes=node.memory_bytes,
                free_bytes=node_free_bytes(node.id, root),
                physical_cores=len(node.cores),
            )
            for node in numa_nodes(root)
        ),
        modules=modules,
        modules_problem=problem,
        channels=count_channels(modules),
        speed_mts=slowest_mts(modules),
        swap_bytes=swap,
        swap_free_bytes=free_swap,
        has_huge_pages=grants_huge_pages(),
        lockable_bytes=lockable_bytes(),
        largest_programs=largest_programs(),
        peak_bytes_per_s=peak_bytes_per_s(modules),
    )
