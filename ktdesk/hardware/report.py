# SPDX-License-Identifier: Apache-2.0
"""A machine in lines: for a page, and as a text to copy."""

from __future__ import annotations

from collections.abc import Iterator

from ktdesk.errors import format_bytes
from ktdesk.hardware.machine import Disk, Gpu, Machine, Memory, Processor, System
from ktdesk.hardware.verdicts import judge

Line = tuple[str, str]  # what it is about, and what is known


def lines(machine: Machine) -> Iterator[Line]:
    """Yield what is known, a line for each part; what is not known is left out."""
    yield "system", _system(machine.system)
    yield from _processor(machine.processor)
    yield from _memory(machine.memory)
    for gpu in machine.gpus:
        yield "graphics card", card_line(gpu)
    for disk in machine.disks:
        yield "disk", _disk(disk)
    if machine.measured.measured_at:
        when, version = machine.measured.measured_at, machine.measured.version
        yield "measured", f"{when}, by KTDesk {version}"
    else:
        yield "measured", f"{machine.measured_problem} `ktdesk doctor --measure` does it."
    if machine.overruled:
        yield "overruled", f"by the settings of [hardware]: {', '.join(machine.overruled)}"


def report(machine: Machine) -> str:
    """Return all lines and verdicts as one text."""
    rows = [f"{subject:18}{text}" for subject, text in lines(machine)]
    rows += [f"! {verdict.text} {verdict.remedy}" for verdict in judge(machine)]
    return "\n".join(rows) + "\n"


def card_line(gpu: Gpu) -> str:
    """Return what is known of a graphics card."""
    major, minor = gpu.compute_capability
    parts = [
        gpu.name,
        format_bytes(gpu.memory_bytes)
        + (f", {format_bytes(gpu.free_bytes)} free" if gpu.free_bytes else ""),
        f"compute capability {major}.{minor}",
        f"driver {gpu.driver or 'unknown'}"
        + (f" for CUDA {gpu.cuda[0]}.{gpu.cuda[1]}" if gpu.cuda[0] else ""),
    ]
    if gpu.link:
        parts.append(
            f"PCIe {gpu.link.generation} x{gpu.link.width} now, "
            f"{gpu.link.most_generation} x{gpu.link.most_width} at most"
        )
    speeds = (
        ("memory", gpu.read_bytes_per_s),
        ("to the card", gpu.to_card_bytes_per_s),
        ("back", gpu.from_card_bytes_per_s),
    )
    measured = [f"{name} {_speed(speed)}" for name, speed in speeds if speed]
    if gpu.bf16_ops_per_s:
        measured.append(f"bf16 {gpu.bf16_ops_per_s * 1e-12:.0f} TOP/s")
    return " · ".join(parts + ([", ".join(measured)] if measured else []))


def _system(system: System) -> str:
    parts = [system.name]
    if system.hypervisor:
        known = system.hypervisor != "unknown"
        parts.append(f"virtual machine ({system.hypervisor})" if known else "virtual machine")
    if system.container:
        parts.append(f"container ({system.container})")
    if system.has_battery:
        parts.append("laptop")
    if system.power_plan:
        parts.append(f"power plan '{system.power_plan}'")
    return " · ".join(parts)


def _processor(processor: Processor) -> Iterator[Line]:
    cores = f"{processor.physical_cores} cores, {processor.logical_cores} threads"
    if 0 < processor.fast_cores < processor.physical_cores:
        slow = processor.physical_cores - processor.fast_cores
        cores += f" ({processor.fast_cores} performance, {slow} efficient cores)"
    sockets = f"{processor.sockets} x " if processor.sockets > 1 else ""
    yield "processor", f"{sockets}{processor.name} · {cores}"
    caches = [
        f"L{cache.level} {cache.count} x {_cache_size(cache.size_bytes)}"
        for cache in processor.caches
        if cache.kind != "instruction"
    ]
    if caches:
        yield "caches", ", ".join(caches)
    if processor.kernels:
        yield "instruction sets", f"kernels for {', '.join(processor.kernels)}"
    for each in processor.instruction_sets:
        if each.is_present:
            granted = "" if each.is_granted else " · not granted by the system"
            yield each.name, f"{each.benefit}{granted}"
    rates = (("int8", processor.int8_ops_per_s), ("bf16", processor.bf16_ops_per_s))
    if any(rate for _, rate in rates):
        said = ", ".join(f"{name} {rate * 1e-9:.0f} GOP/s" for name, rate in rates if rate)
        yield "products", said


def _memory(memory: Memory) -> Iterator[Line]:
    text = f"{format_bytes(memory.total_bytes)}, {format_bytes(memory.available_bytes)} available"
    if memory.speed_mts:
        kinds = "/".join(sorted({module.kind for module in memory.modules} - {""}))
        text += f" · {len(memory.modules)} modules {kinds} at {memory.speed_mts} MT/s"
    if memory.channels:
        text += f" on {memory.channels} channels"
    if memory.read_bytes_per_s:
        text += f" · read at {_speed(memory.read_bytes_per_s)}"
    yield "memory", text
    if len(memory.nodes) > 1:
        for node in memory.nodes:
            speed = f" · {_speed(node.read_bytes_per_s)}" if node.read_bytes_per_s else ""
            size = f"{format_bytes(node.total_bytes)}, {format_bytes(node.free_bytes)} free"
            yield f"memory node {node.id}", f"{node.physical_cores} cores · {size}{speed}"
    if memory.modules_problem:
        yield "memory modules", memory.modules_problem
    if memory.swap_bytes:
        free = format_bytes(memory.swap_free_bytes)
        yield "swap", f"{format_bytes(memory.swap_bytes)}, {free} free"
    if memory.has_huge_pages:
        yield "huge pages", "granted for weights that are copied"


def _disk(disk: Disk) -> str:
    parts = [disk.folder, f"{format_bytes(disk.free_bytes)} free"]
    if disk.kind or disk.file_system:
        parts.append(" ".join(word for word in (disk.kind, disk.file_system) if word))
    if disk.read_bytes_per_s:
        parts.append(f"read at {_speed(disk.read_bytes_per_s)}")
    return " · ".join(parts)


def _cache_size(size_bytes: int) -> str:
    """Return the size in the binary units in which makers give it."""
    is_large = size_bytes >= 1 << 20
    return f"{size_bytes / (1 << 20):g} MiB" if is_large else f"{size_bytes >> 10} KiB"


def _speed(bytes_per_s: float) -> str:
    return f"{format_bytes(int(bytes_per_s))}/s"
