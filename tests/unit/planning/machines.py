# SPDX-License-Identifier: Apache-2.0
"""Made-up machines to plan for."""

from __future__ import annotations

from ktdesk.hardware.machine import Disk, Gpu, Machine, Memory, Processor, System

GB, GIB = 1_000_000_000, 1 << 30


def card(memory_gib: float = 24, used_gib: float = 1) -> Gpu:
    """A card like an RTX 4090."""
    return Gpu(
        name="card",
        memory_bytes=int(memory_gib * GIB),
        free_bytes=int((memory_gib - used_gib) * GIB),
        compute_capability=(8, 9),
        read_bytes_per_s=900e9,
        to_card_bytes_per_s=25e9,
        bf16_ops_per_s=100e12,
    )


def machine(memory_gb: float, *gpus: Gpu, bytes_per_s: float = 80e9) -> Machine:
    """A machine of 16 cores with so much memory, all but 8 GB of it free."""
    return Machine(
        system=System(name="Linux"),
        processor=Processor(name="processor", physical_cores=16, int8_ops_per_s=3e12),
        memory=Memory(
            total_bytes=int(memory_gb * GB),
            available_bytes=int((memory_gb - 8) * GB),
            read_bytes_per_s=bytes_per_s,
        ),
        disks=(Disk(folder="models", read_bytes_per_s=3e9),),
        gpus=gpus,
    )
