# SPDX-License-Identifier: Apache-2.0
"""Made-up machines that people begin with."""

from __future__ import annotations

from dataclasses import replace

from ktdesk.hardware.gpus import Search, advise
from ktdesk.hardware.machine import (
    Disk,
    Gpu,
    Machine,
    Measured,
    Memory,
    MemoryModule,
    Processor,
    System,
)

GIB = 1 << 30


def machine(
    memory_gib: float, *gpus: Gpu, free_gib: float, cores: int, kernels: str, **memory: object
) -> Machine:
    return Machine(
        system=System(name="Linux"),
        processor=Processor(name="Some processor", physical_cores=cores, kernels=(kernels,)),
        memory=Memory(
            total_bytes=int(memory_gib * GIB),
            available_bytes=int(free_gib * GIB),
            has_huge_pages=True,
            **memory,
        ),
        disks=(Disk(folder="models", free_bytes=500_000_000_000, read_bytes_per_s=3e9),),
        gpus=gpus,
        gpus_problem="" if gpus else "No NVIDIA driver is installed.",
    )


CARD = Gpu(
    name="NVIDIA GeForce RTX 4090",
    memory_bytes=24 * GIB,
    free_bytes=23 * GIB,
    compute_capability=(8, 9),
)
MACHINES = {
    "no card": machine(64, free_gib=56, cores=8, kernels="avx2"),
    "desktop": machine(192, CARD, free_gib=184, cores=16, kernels="avx512_vnni"),
    "laptop": machine(
        8,
        free_gib=3,
        cores=4,
        kernels="avx2",
        channels=1,
        speed_mts=4800,
        modules=(MemoryModule(size_bytes=8 * GIB, speed_mts=4800, rated_mts=5600),),
    ),
}
_ADVISED = advise(Search((), "No NVIDIA driver is installed."), is_container=False)
DRIVERLESS = replace(
    MACHINES["no card"], gpus_problem=_ADVISED.problem, gpus_remedy=_ADVISED.remedy
)
MEASURED = Measured(measured_at="2026-11-29 12:00+01:00", read_bytes_per_s={8: 80e9})
