# SPDX-License-Identifier: Apache-2.0
"""What keeps a machine from its best, and what to do about it, in words for everybody.

A verdict has a code and its values besides its English words, so that a window can say it in
another language. A text is what `WORDS` has for the code, with the values put in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from ktdesk.errors import format_bytes
from ktdesk.hardware.machine import Gpu, Machine, Program
from ktdesk.hardware.power import is_slow_plan

LITTLE_MEMORY_BYTES = 4_000_000_000
Severity = Literal["note", "warning", "problem"]
_ORDER: tuple[Severity, ...] = ("problem", "warning", "note")
_NAMED_PROGRAMS = 3
_BUSY_SHARE = 0.5  # of memory in use by others, from which on it is said by whom
_LEAST_PROGRAM_BYTES = 500_000_000  # that is worth naming
_FULL_WIDTH, _NARROW_WIDTH = 16, 4  # lanes


@dataclass(frozen=True, slots=True)
class Verdict:
    """subject: what it is about, as in reports. values: what is put into the words, by name.

    severity: a 'note' is worth knowing, a 'warning' costs speed, a 'problem' keeps models from
    running.
    """

    code: str
    subject: str
    severity: Severity
    text: str
    remedy: str
    values: dict[str, str] = field(default_factory=dict[str, str])


# Text and remedy by code. `{names}` are those of the values.
WORDS: dict[str, tuple[str, str]] = {
    "card_driver_old": (
        "The NVIDIA driver {driver} is too old: it supports CUDA {cuda}, and this build needs "
        "CUDA {needed}.",
        "Update the NVIDIA driver: release 580 or newer supports CUDA 13.",
    ),
    "card_unusable": ("{card} is not used. {problem}", "{remedy}"),
    "card_missing": ("{problem} Models run on the processor alone.", "{remedy}"),
    "card_slot": (
        "{card} has {width} PCIe lanes of its {most}: prompts and the handing over of work take "
        "longer.",
        "Put the card into the board's slot for graphics cards, usually the uppermost; an SSD in "
        "a slot beside it may take lanes away.",
    ),
    "card_busy": (
        "Of {card} only {free} of {total} are free{programs}.",
        "Close programs that use the graphics card, browsers and games first.",
    ),
    "memory_slow": (
        "The memory runs at {speed} MT/s, though its modules are made for {rated}.",
        "Turn on XMP or EXPO in the firmware's settings (BIOS); tokens come faster in proportion. "
        "With two modules on a channel, or some processors, less may be possible.",
    ),
    "memory_one_channel": (
        "All memory is on one channel, so it is read at half of the possible speed or less.",
        "Plug in modules in pairs of equal size, in the slots that the board's manual names.",
    ),
    "set_tiles_not_granted": (
        "The processor has AMX, but the system does not let programs use it, so prompts are read "
        "several times slower.",
        "Linux needs version 5.16 or newer, Windows 11 or Server 2022; in a virtual machine, let "
        "it see the host's processor.",
    ),
    "set_not_granted": (
        "The processor has {name}, but the system does not let programs use it.",
        "Look whether the firmware's settings (BIOS) or the virtual machine turn it off.",
    ),
    "plan_slow": (
        "The power plan '{plan}' keeps the processor from its full speed.",
        "Choose 'balanced' or 'performance' in the system's settings, and plug a laptop in.",
    ),
    "memory_little": (
        "Only {free} of {total} memory are free{programs}.",
        "Close other programs, or choose small models.",
    ),
    "memory_busy": (
        "Of {total} memory {free} are free{programs}.",
        "Close programs that are not needed before loading a large model.",
    ),
    "memory_limited_container": (
        "The container may have {total} of the machine's {installed} memory.",
        "Start it with a higher limit: `--memory` of docker and podman.",
    ),
    "memory_limited_ulimit": (
        "The shell's limit leaves {total} of the machine's {installed} memory, files included.",
        "`ulimit -v unlimited`, or raise it in /etc/security/limits.conf.",
    ),
    "memory_wsl": (
        "WSL has {total} memory, usually half of what Windows has.",
        "Raise `memory=` in the section [wsl2] of .wslconfig in your Windows user folder.",
    ),
    "pages_not_granted": (
        "The system grants no huge pages: weights that are copied are read a little slower.",
        "Linux, as root: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled. Windows: "
        "give your account the right to lock pages in memory (secpol.msc, Local Policies).",
    ),
    "disk_slow": (
        "{folder} is on {kind}: large models load slowly, and what does not fit in memory "
        "cannot be read in time.",
        "Keep models on an SSD in this computer.",
    ),
}
# The value `programs`, where there are `names`.
MOST_IN_USE = "; the most is in use by {names}"
# By the first word of the code.
_SUBJECTS = {
    "card": "graphics card",
    "disk": "disk",
    "memory": "memory",
    "pages": "huge pages",
    "plan": "power plan",
    "set": "instruction sets",
}
_DISKS = {"hdd": "a hard disk", "network": "the network"}


def judge(machine: Machine) -> list[Verdict]:
    """Return all that is to be said of a machine; the worst first."""
    found = [*_cards(machine), *_memory(machine), *_processor(machine), *_disks(machine)]
    return sorted(found, key=lambda verdict: _ORDER.index(verdict.severity))


def _say(code: str, severity: Severity, **values: str) -> Verdict:
    text, remedy = (words.format(**values) for words in WORDS[code])
    return Verdict(code, _SUBJECTS[code.partition("_")[0]], severity, text, remedy, values)


def _cards(machine: Machine) -> Iterator[Verdict]:
    if machine.gpus_problem:
        severity = "problem" if machine.gpus_remedy else "note"
        problem, remedy = machine.gpus_problem, machine.gpus_remedy
        yield _say("card_missing", severity, problem=problem, remedy=remedy)
    for gpu in machine.gpus:
        if gpu.cuda[0] and gpu.cuda[0] < gpu.needed_cuda[0]:
            cuda, needed = (f"{major}.{minor}" for major, minor in (gpu.cuda, gpu.needed_cuda))
            yield _say("card_driver_old", "problem", driver=gpu.driver, cuda=cuda, needed=needed)
        elif gpu.problem:
            yield _say(
                "card_unusable", "note", card=gpu.name, problem=gpu.problem, remedy=gpu.remedy
            )
        yield from _card_slot(gpu)
        if 0 < gpu.free_bytes < _BUSY_SHARE * gpu.memory_bytes:
            free, total = format_bytes(gpu.free_bytes), format_bytes(gpu.memory_bytes)
            named = _named(gpu.programs, least_bytes=0)
            yield _say("card_busy", "note", card=gpu.name, free=free, total=total, **named)


def _card_slot(gpu: Gpu) -> Iterator[Verdict]:
    """Lanes stay when a card rests; its generation does not."""
    if gpu.link and gpu.link.width < min(gpu.link.card_width, _FULL_WIDTH):
        severity = "warning" if gpu.link.width <= _NARROW_WIDTH else "note"
        width, most = str(gpu.link.width), str(gpu.link.card_width)
        yield _say("card_slot", severity, card=gpu.name, width=width, most=most)


def _memory(machine: Machine) -> Iterator[Verdict]:
    memory = machine.memory
    total, free = format_bytes(memory.total_bytes), format_bytes(memory.available_bytes)
    programs = _named(memory.largest_programs, least_bytes=_LEAST_PROGRAM_BYTES)
    if memory.available_bytes < LITTLE_MEMORY_BYTES:
        yield _say("memory_little", "problem", free=free, total=total, **programs)
    elif memory.available_bytes < _BUSY_SHARE * memory.total_bytes:
        yield _say("memory_busy", "note", free=free, total=total, **programs)
    if memory.limited_by in ("container", "ulimit"):
        installed = format_bytes(memory.installed_bytes)
        code = f"memory_limited_{memory.limited_by}"
        yield _say(code, "note", total=total, installed=installed)
    if machine.system.hypervisor.startswith("WSL"):
        yield _say("memory_wsl", "note", total=total)
    rated = min((module.rated_mts for module in memory.modules), default=0)
    if 0 < memory.speed_mts < rated:
        yield _say("memory_slow", "warning", speed=str(memory.speed_mts), rated=str(rated))
    if memory.channels == 1:
        yield _say("memory_one_channel", "warning")
    if not memory.has_huge_pages:
        yield _say("pages_not_granted", "note")


def _processor(machine: Machine) -> Iterator[Verdict]:
    for each in machine.processor.instruction_sets:
        if each.is_present and not each.is_granted:
            if each.name == "AMX":
                yield _say("set_tiles_not_granted", "warning")
            else:
                yield _say("set_not_granted", "warning", name=each.name)
    if is_slow_plan(machine.system.power_plan):
        yield _say("plan_slow", "warning", plan=machine.system.power_plan)


def _disks(machine: Machine) -> Iterator[Verdict]:
    for disk in machine.disks:
        if disk.kind in _DISKS:
            yield _say("disk_slow", "note", folder=disk.folder, kind=_DISKS[disk.kind])


def _named(programs: Iterable[Program], *, least_bytes: int) -> dict[str, str]:
    """Return the values that name the largest programs; both are empty if there are none."""
    named = [
        f"{program.name} ({format_bytes(program.memory_bytes)})"
        if program.memory_bytes
        else program.name
        for program in programs
        if program.memory_bytes >= least_bytes
    ]
    names = ", ".join(named[:_NAMED_PROGRAMS])
    return {"names": names, "programs": MOST_IN_USE.format(names=names) if names else ""}
