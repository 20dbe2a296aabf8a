# SPDX-License-Identifier: Apache-2.0
"""A machine in sections of rows, in the language of the window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from ktdesk.errors import format_bytes
from ktdesk.hardware import Disk, Machine, Memory, Processor, System
from ui.hardware.card_rows import card_rows
from ui.hardware.machine_texts import say
from ui.hardware.rows import Figures, Row, fraction, joined, names, rate

translate = QCoreApplication.translate  # lupdate knows it by this name


@dataclass(frozen=True, slots=True)
class Section:
    """Rows about one part, under its title."""

    title: str
    rows: tuple[Row, ...]


def left_sections(machine: Machine, load: float) -> list[Section]:
    """Return processor, memory and system. load: of the processor, 0 to 1."""
    figures = Figures(machine)
    processor, memory = machine.processor, machine.memory
    return [
        Section(
            translate("Hardware", "Processor"),
            tuple(_processor(processor, load, figures)),
        ),
        Section(
            translate("Hardware", "Memory"),
            tuple(_memory(memory, machine.measured.read_bytes_per_s, figures)),
        ),
        Section(translate("Hardware", "System"), tuple(_system(machine.system))),
    ]


def right_sections(machine: Machine) -> list[Section]:
    """Return graphics cards, disks and instruction sets."""
    figures = Figures(machine)
    title = translate("Hardware", "Graphics card")
    if len(machine.gpus) > 1:
        title = translate("Hardware", "Graphics card {number}")
    cards = [
        Section(title.format(number=at), tuple(card_rows(gpu, figures, is_first=at == 1)))
        for at, gpu in enumerate(machine.gpus, 1)
    ]
    if not cards:
        said = say(machine.gpus_problem) or translate("Hardware", "none")
        cards = [Section(title, (Row("", said),))]
    rows = [row for disk in machine.disks for row in _disk(disk, figures)]
    sets = tuple(_instruction_sets(machine.processor))
    return [
        *cards,
        *([Section(translate("Hardware", "Disks"), tuple(rows))] if rows else []),
        *([Section(translate("Hardware", "Instruction sets"), sets)] if sets else []),
    ]


def _processor(part: Processor, load: float, figures: Figures) -> Iterator[Row]:
    yield Row("", f"{part.sockets} x {part.name}" if part.sockets > 1 else part.name)
    cores = translate("Hardware", "{cores} cores, {threads} threads").format(
        cores=part.physical_cores, threads=part.logical_cores
    )
    if 0 < part.fast_cores < part.physical_cores:
        kinds = translate("Hardware", "{fast} fast, {slow} efficient").format(
            fast=part.fast_cores, slow=part.physical_cores - part.fast_cores
        )
        cores = joined(cores, kinds)
    yield figures.row(translate("Hardware", "Cores"), cores, "cores")
    yield Row(translate("Hardware", "Load"), f"{load:.0%}", share=load)
    caches = [
        f"L{cache.level} {cache.count} x {_cache_size(cache.size_bytes)}"
        for cache in part.caches
        if cache.kind != "instruction"
    ]
    if caches:
        yield Row(translate("Hardware", "Caches"), joined(*caches))
    int8, bf16 = part.int8_ops_per_s, part.bf16_ops_per_s
    yield figures.operations(translate("Hardware", "int8 products"), int8, "int8_gops")
    if bf16 or any(each.name == "AMX" and each.is_granted for each in part.instruction_sets):
        yield figures.operations(translate("Hardware", "bf16 products"), bf16, "bf16_gops")


def _instruction_sets(part: Processor) -> Iterator[Row]:
    if part.kernels_problem:
        yield Row("", say(part.kernels_problem))
    for each in part.instruction_sets:
        if each.is_granted and each.is_present:
            mark = "✓"
        elif each.is_present:
            mark = translate("Hardware", "kept back by the system")
        else:
            mark = translate("Hardware", "not in this processor")
        yield Row(each.name, joined(mark, say(each.benefit)), is_faint=not each.is_granted)


def _memory(part: Memory, by_threads: dict[int, float], figures: Figures) -> Iterator[Row]:
    total, free = format_bytes(part.total_bytes), format_bytes(part.available_bytes)
    yield figures.row(translate("Hardware", "In all"), total, "memory_gb")
    share = 1 - fraction(part.available_bytes, part.total_bytes)
    yield figures.row(translate("Hardware", "Free"), free, "available_gb", share)
    if part.modules:
        kinds = "/".join(sorted({module.kind for module in part.modules} - {""}))
        text = f"{len(part.modules)} x {kinds}"
        if part.speed_mts:
            text = joined(text, f"{part.speed_mts} MT/s")
        if part.channels:
            channels = translate("Hardware", "{count} channels").format(count=part.channels)
            text = joined(text, channels)
        yield Row(translate("Hardware", "Modules"), text)
    elif part.modules_problem:
        yield Row(translate("Hardware", "Modules"), say(part.modules_problem))
    read, peak = part.read_bytes_per_s, part.peak_bytes_per_s
    yield figures.speed(translate("Hardware", "Reading"), read, "bandwidth_gbs", peak)
    if by_threads:
        speeds = (f"{threads}: {rate(value)}" for threads, value in by_threads.items())
        yield Row(translate("Hardware", "By threads"), joined(*speeds))
    for node in part.nodes if len(part.nodes) > 1 else ():
        text = translate("Hardware", "{cores} cores, {free} of {total} free").format(
            cores=node.physical_cores,
            free=format_bytes(node.free_bytes),
            total=format_bytes(node.total_bytes),
        )
        if node.read_bytes_per_s:
            text = joined(text, rate(node.read_bytes_per_s))
        label = translate("Hardware", "Node {id}").format(id=node.id)
        yield Row(label, text, share=1 - fraction(node.free_bytes, node.total_bytes))
    if part.swap_bytes:
        swap = translate("Hardware", "{free} of {total} free").format(
            free=format_bytes(part.swap_free_bytes), total=format_bytes(part.swap_bytes)
        )
        yield Row(translate("Hardware", "Swap"), swap)
    pages = translate("Hardware", "granted")
    if not part.has_huge_pages:
        pages = translate("Hardware", "not granted")
    yield Row(translate("Hardware", "Huge pages"), pages)
    if part.largest_programs:
        yield Row(translate("Hardware", "Used by"), names(part.largest_programs))


def _disk(disk: Disk, figures: Figures) -> Iterator[Row]:
    yield Row("", disk.folder)
    text = translate("Hardware", "{free} of {total} free").format(
        free=format_bytes(disk.free_bytes), total=format_bytes(disk.total_bytes)
    )
    used = 1 - fraction(disk.free_bytes, disk.total_bytes)
    yield Row(translate("Hardware", "Room"), text, share=used)
    kinds = {
        "ssd": translate("Hardware", "SSD"),
        "hdd": translate("Hardware", "hard disk"),
        "network": translate("Hardware", "network"),
        "memory": translate("Hardware", "in memory"),
    }
    if kind := joined(kinds.get(disk.kind, ""), disk.file_system):
        yield Row(translate("Hardware", "Kind"), kind)
    reading = translate("Hardware", "Reading")
    yield figures.speed(reading, disk.read_bytes_per_s, "disk_mbs")


def _system(part: System) -> Iterator[Row]:
    yield Row("", part.name)
    if part.hypervisor:
        known = part.hypervisor if part.hypervisor != "unknown" else translate("Hardware", "yes")
        yield Row(translate("Hardware", "Virtual machine"), known)
    if part.container:
        yield Row(translate("Hardware", "Container"), part.container)
    if part.power_plan:
        yield Row(translate("Hardware", "Power plan"), say(part.power_plan))
    if part.has_battery:
        yield Row(translate("Hardware", "Battery"), translate("Hardware", "yes, a laptop"))


def _cache_size(size_bytes: int) -> str:
    """Return the size in the binary units in which makers give it."""
    is_large = size_bytes >= 1 << 20
    return f"{size_bytes / (1 << 20):g} MiB" if is_large else f"{size_bytes >> 10} KiB"
