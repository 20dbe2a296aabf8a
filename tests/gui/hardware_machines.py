# SPDX-License-Identifier: Apache-2.0
"""Made-up machines for the page, and what is seen of them from moment to moment."""

from __future__ import annotations

from dataclasses import replace

from ktdesk.hardware import Disk, Gpu, Machine, Measured, Memory, MemoryNode, Processor, System
from ktdesk.hardware.gpus import Search, advise
from ktdesk.hardware.instruction_sets import BENEFITS
from ktdesk.hardware.live import Live
from ktdesk.hardware.machine import Cache, InstructionSet, MemoryModule, PcieLink, Program
from ktdesk.hardware.measurements import NOT_MEASURED

GB, GIB = 10**9, 1 << 30
CACHES = (
    Cache(level=1, kind="data", size_bytes=48 << 10, count=24),
    Cache(level=1, kind="instruction", size_bytes=32 << 10, count=24),
    Cache(level=2, kind="unified", size_bytes=2 << 20, count=24),
    Cache(level=3, kind="unified", size_bytes=45 << 20, count=1),
)


def sets(*present: str, kept_back: tuple[str, ...] = ()) -> tuple[InstructionSet, ...]:
    return tuple(
        InstructionSet(
            name=name,
            benefit=benefit,
            is_present=name in present or name in kept_back,
            is_granted=name in present,
        )
        for name, benefit in BENEFITS.items()
    )


def card(name: str = "NVIDIA GeForce RTX 4090", address: str = "0000:01:00.0", **more) -> Gpu:
    return Gpu(
        **{
            "name": name,
            "memory_bytes": 24 * GIB,
            "free_bytes": 21 * GIB,
            "compute_capability": (8, 9),
            "driver": "580.65.06",
            "cuda": (13, 0),
            "needed_cuda": (13, 0),
            "pci_address": address,
            "link": PcieLink(
                generation=1, width=4, most_generation=4, most_width=16, card_width=16
            ),
            "programs": (Program(name="firefox", memory_bytes=2 * GB),),
            "peak_bytes_per_s": 1008e9,
            **more,
        }
    )


MEASURED = Measured(
    measured_at="2026-11-29 16:40+01:00",
    version="0.9",
    read_bytes_per_s={1: 12e9, 16: 74e9},
    int8_ops_per_s=3.2e12,
)
LAPTOP = Machine(
    system=System(
        name="Linux-6.8.0-generic-x86_64-with-glibc2.39",
        power_plan="powersave",
        has_battery=True,
    ),
    processor=Processor(
        name="12th Gen Intel(R) Core(TM) i7-1260P",
        physical_cores=12,
        logical_cores=16,
        fast_cores=4,
        caches=CACHES[:1],
        instruction_sets=sets("AVX2", "AVX-VNNI"),
        kernels=("avx2",),
    ),
    memory=Memory(
        total_bytes=16 * GB,
        available_bytes=3 * GB,
        modules_problem="The system does not describe its memory modules.",
        largest_programs=(Program(name="firefox", memory_bytes=6 * GB),),
    ),
    disks=(Disk(folder="/home/u/models", mount="/", kind="hdd", total_bytes=GB, free_bytes=GB),),
    gpus_problem="No NVIDIA driver is installed.",
    measured_problem=NOT_MEASURED,
)
WORKSTATION = Machine(
    system=System(name="Ubuntu 24.04", hypervisor="WSL 2", power_plan="balanced"),
    processor=Processor(
        name="Intel(R) Xeon(R) w7-2495X",
        physical_cores=24,
        logical_cores=48,
        fast_cores=24,
        caches=CACHES,
        instruction_sets=sets(*list(BENEFITS)[:6], kept_back=("AMX",)),
        kernels=("avx512",),
        int8_ops_per_s=3.2e12,
    ),
    memory=Memory(
        total_bytes=256 * GB,
        available_bytes=200 * GB,
        installed_bytes=256 * GB,
        modules=tuple(
            MemoryModule(size_bytes=32 * GIB, kind="DDR5", speed_mts=4800, rated_mts=5600)
            for _ in range(8)
        ),
        channels=4,
        speed_mts=4800,
        swap_bytes=8 * GB,
        swap_free_bytes=7 * GB,
        peak_bytes_per_s=153.6e9,
        read_bytes_per_s=74e9,
        largest_programs=(Program(name="chrome", memory_bytes=4 * GB),),
    ),
    disks=(
        Disk(
            folder="/home/u/.local/share/ktdesk/models",
            mount="/",
            kind="ssd",
            file_system="ext4",
            total_bytes=2000 * GB,
            free_bytes=700 * GB,
            read_bytes_per_s=6.8e9,
        ),
    ),
    gpus=(card(),),
    measured=MEASURED,
)
SERVER = Machine(
    system=System(name="Debian 12", hypervisor="KVM", container="docker"),
    processor=Processor(
        name="Intel(R) Xeon(R) Platinum 8480+",
        sockets=2,
        physical_cores=112,
        logical_cores=224,
        fast_cores=112,
        instruction_sets=sets(*BENEFITS),
        kernels=("amx", "avx512"),
    ),
    memory=Memory(
        total_bytes=1024 * GB,
        available_bytes=900 * GB,
        installed_bytes=2048 * GB,
        limited_by="container",
        has_huge_pages=True,
        nodes=tuple(
            MemoryNode(
                id=id_, total_bytes=512 * GB, free_bytes=(200 + 200 * id_) * GB, physical_cores=56
            )
            for id_ in range(2)
        ),
    ),
    gpus=tuple(card("NVIDIA H200", f"0000:{at:02x}:00.0") for at in range(1, 5)),
    measured_problem=NOT_MEASURED,
)
_ADVISED = advise(Search((), LAPTOP.gpus_problem), is_container=False)
DRIVERLESS = replace(LAPTOP, gpus_problem=_ADVISED.problem, gpus_remedy=_ADVISED.remedy)
OLD_DRIVER = replace(
    WORKSTATION,
    gpus=(card(driver="535.183.01", cuda=(12, 2), problem="Too old.", remedy="Update."),),
)


def live_of(machine: Machine) -> Live:
    """Return the machine's own figures, and a load of 30 %."""
    return Live(
        load=0.3,
        available_bytes=machine.memory.available_bytes,
        node_free_bytes={node.id: node.free_bytes for node in machine.memory.nodes},
        gpus={gpu.pci_address: gpu for gpu in machine.gpus},
    )
