# SPDX-License-Identifier: Apache-2.0
"""A machine in words for people who do not know what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from ktdesk.errors import format_bytes
from ktdesk.hardware import Gpu, Machine
from ktdesk.hardware.verdicts import judge
from ui.hardware.machine_texts import say
from ui.wizard.advice import ADVICE

_GIB = 1 << 30  # in which memory is sold
_LOOKED_UP = {"amx": "AMX", "avx512": "AVX-512", "avx": "AVX2"}  # what names of kernels begin with

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Fact:
    """Something found, and what it means. is_notice: something to mend."""

    title: str
    text: str
    is_notice: bool = False


def facts(machine: Machine) -> Iterator[Fact]:
    """Yield what is said of a machine: its parts, then what to mend."""
    usable = [gpu for gpu in machine.gpus if not gpu.problem]
    yield from map(_card, usable)
    if not usable:
        yield Fact(
            translate("Wizard", "No graphics card that KTDesk can use"),
            translate(
                "Wizard",
                "That works; long texts are read slowly. NVIDIA cards from the RTX 30 series on "
                "would help.",
            ),
        )
    yield _memory(machine)
    yield _processor(machine)
    for verdict in judge(machine):
        if verdict.severity != "note" and (words := ADVICE.get(verdict.code)):
            values = {name: say(value) for name, value in verdict.values.items()}
            title, text = (translate("Advice", each).format(**values) for each in words)
            yield Fact(title, text, is_notice=True)


def speeds(machine: Machine) -> str:
    """Return the speeds that were measured, or ''."""
    if not machine.measured.measured_at:
        return ""
    parts: list[str] = []
    if machine.memory.read_bytes_per_s:
        text = translate("Wizard", "memory {speed}/s")
        parts.append(text.format(speed=format_bytes(int(machine.memory.read_bytes_per_s))))
    for gpu in machine.gpus:
        if gpu.read_bytes_per_s:
            text = translate("Wizard", "graphics card {speed}/s")
            parts.append(text.format(speed=format_bytes(int(gpu.read_bytes_per_s))))
    disk = max((disk.read_bytes_per_s for disk in machine.disks), default=0.0)
    if disk:
        text = translate("Wizard", "disk {speed}/s")
        parts.append(text.format(speed=format_bytes(int(disk))))
    return translate("Wizard", "Measured: {speeds}").format(speeds=" · ".join(parts))


def _card(gpu: Gpu) -> Fact:
    title = translate("Wizard", "A graphics card with {size}: {name}")
    text = translate(
        "Wizard", "Answers and long texts gain from it. {free} of its memory are free."
    )
    return Fact(
        title.format(size=_as_sold(gpu.memory_bytes), name=gpu.name),
        text.format(free=_as_sold(gpu.free_bytes)),
    )


def _memory(machine: Machine) -> Fact:
    memory = machine.memory
    title = translate("Wizard", "{size} of memory")
    text = translate("Wizard", "It limits how large a model may be. {free} are free now.")
    return Fact(
        title.format(size=_as_sold(memory.total_bytes)),
        text.format(free=_as_sold(memory.available_bytes)),
    )


def _processor(machine: Machine) -> Fact:
    processor = machine.processor
    best = next(iter(processor.kernels), "")
    name = next((name for begin, name in _LOOKED_UP.items() if best.startswith(begin)), "")
    cores = str(processor.physical_cores)
    if not name:
        return Fact(translate("Wizard", "{cores} cores").format(cores=cores), processor.name)
    title = translate("Wizard", "{cores} cores with {name}")
    return Fact(title.format(cores=cores, name=name), _benefit(name))


def _benefit(name: str) -> str:
    if name == "AMX":
        return translate(
            "Wizard", "The best there is: long texts are read several times as fast as without it."
        )
    if name == "AVX-512":
        return translate(
            "Wizard", "Good: answers as fast as the memory allows, texts read quickly."
        )
    return translate("Wizard", "Enough for answers; long texts take longer.")


def _as_sold(size_bytes: int) -> str:
    """Return a size of memory in the units of its makers: 24 GB are 24 times 2^30 bytes."""
    return f"{size_bytes / _GIB:.0f} GB"
