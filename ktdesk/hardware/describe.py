# SPDX-License-Identifier: Apache-2.0
"""Looks at this machine, with every reader there is."""

from __future__ import annotations

import platform

from ktdesk.hardware.gpus import find_gpus
from ktdesk.hardware.machine import Machine, Memory, MemoryNode, Processor, System
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


def describe_machine() -> Machine:
    """Look at the machine as it is now. Takes a moment where there are graphics cards."""
    kernels, kernels_problem = instruction_sets()
    gpus, gpus_problem = find_gpus()
    return Machine(
        system=System(name=platform.platform()),
        processor=Processor(
            name=processor_name(),
            physical_cores=physical_cores(),
            logical_cores=logical_cores(),
            kernels=kernels,
            kernels_problem=kernels_problem,
        ),
        memory=Memory(
            total_bytes=total_memory_bytes(),
            available_bytes=available_memory_bytes(),
            nodes=tuple(
                MemoryNode(
                    id=node.id, total_bytes=node.memory_bytes, physical_cores=len(node.cores)
                )
                for node in numa_nodes()
            ),
            has_huge_pages=grants_huge_pages(),
        ),
        gpus=gpus,
        gpus_problem=gpus_problem,
    )
