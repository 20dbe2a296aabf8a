# SPDX-License-Identifier: Apache-2.0
"""Everything that is known of this machine, in one object."""

from __future__ import annotations

import platform
from dataclasses import dataclass

from ktdesk.hardware.gpus import Gpu, find_gpus
from ktdesk.hardware.memory import (
    available_memory_bytes,
    grants_huge_pages,
    total_memory_bytes,
)
from ktdesk.hardware.processor import (
    instruction_sets,
    logical_cores,
    numa_nodes,
    physical_cores,
    processor_name,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The machine as it was when asked.

    Each `..._problem` is empty, or says why the field before it is.
    instruction_sets: those that kernels can use here, the best first. numa_nodes: 0 if unknown.
    """

    system: str
    processor: str
    physical_cores: int
    logical_cores: int
    numa_nodes: int
    memory_bytes: int
    available_memory_bytes: int
    huge_pages: bool
    instruction_sets: tuple[str, ...]
    instruction_sets_problem: str
    gpus: tuple[Gpu, ...]
    gpus_problem: str


def describe_machine() -> Machine:
    """Look at the machine as it is now. Takes a moment where there are graphics cards."""
    isas, isas_problem = instruction_sets()
    gpus, gpus_problem = find_gpus()
    return Machine(
        system=platform.platform(),
        processor=processor_name(),
        physical_cores=physical_cores(),
        logical_cores=logical_cores(),
        numa_nodes=len(numa_nodes()),
        memory_bytes=total_memory_bytes(),
        available_memory_bytes=available_memory_bytes(),
        huge_pages=grants_huge_pages(),
        instruction_sets=isas,
        instruction_sets_problem=isas_problem,
        gpus=gpus,
        gpus_problem=gpus_problem,
    )
