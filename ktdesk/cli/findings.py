# SPDX-License-Identifier: Apache-2.0
"""What `doctor` examines.

Every check gives findings and none raises: a broken installation is what people run it on.
"""

from __future__ import annotations

import importlib
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ktdesk import __version__
from ktdesk.cli.model_choice import found_models
from ktdesk.errors import DeviceError, KTDeskError, SettingsError, format_bytes
from ktdesk.hardware import Gpu, Machine, describe_machine
from ktdesk.kernels.cuda_module import load_cuda
from ktdesk.settings import (
    Settings,
    config_file,
    data_folder,
    log_folder,
    models_folder,
    read_settings,
)

if TYPE_CHECKING:
    from ktdesk import _cuda

_PROCESSOR_ALONE = "Models run on the processor alone."
LITTLE_MEMORY_BYTES = 4_000_000_000
_HUGE_PAGES_REMEDY = (
    "Give your account the right to lock pages in memory (secpol.msc, Local Policies)."
    if sys.platform == "win32"
    else "As root: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled"
)
LITTLE_SPACE_BYTES = 2_000_000_000  # the demo models and what it takes to build them


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the page. note: worth knowing, nothing to mend."""

    subject: str
    text: str
    verdict: Literal["good", "note", "problem"] = "good"
    remedy: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Return all findings, in the order of the page."""
    machine = describe_machine()
    return [
        *_software(),
        *_processor(machine),
        *_memory(machine),
        *_graphics(machine),
        *_folders(),
        *_settings_file(),
        *_models(settings),
    ]


def _software() -> Iterator[Finding]:
    yield Finding("KTDesk", __version__)
    yield Finding("system", platform.platform())
    yield Finding("Python", f"{platform.python_version()} ({sys.executable})")
    for package in ("torch", "tokenizers", "gguf"):
        try:
            yield Finding(package, metadata.version(package))
        except metadata.PackageNotFoundError:
            yield Finding(package, "not installed", "problem", "Install KTDesk again.")


def _processor(machine: Machine) -> Iterator[Finding]:
    processor, nodes = machine.processor, len(machine.memory.nodes)
    yield Finding(
        "processor",
        f"{processor.name} · {processor.physical_cores} cores, {processor.logical_cores} threads"
        + (f", {nodes} memory node{'s' if nodes > 1 else ''}" if nodes else ""),
    )
    if processor.kernels_problem:
        remedy = "Install KTDesk again; from source, `make run` builds the native module."
        yield Finding("kernels", processor.kernels_problem, "problem", remedy)
        return
    yield Finding("instruction sets", ", ".join(processor.kernels))
    for isa, kernels in _kernel_tables().items():
        yield Finding("kernels", f"{isa}: {', '.join(kernels)}")


def _kernel_tables() -> dict[str, list[str]]:
    """Return the kernels in use by the instruction set they are made for."""
    native: Any = importlib.import_module("ktdesk._native")
    tables: dict[str, list[str]] = {}
    for kernel, isa in native.kernel_tables().items():
        tables.setdefault(isa, []).append(kernel)
    return tables


def _memory(machine: Machine) -> Iterator[Finding]:
    text = (
        f"{format_bytes(machine.memory.total_bytes)}, "
        f"{format_bytes(machine.memory.available_bytes)} available"
    )
    if machine.memory.available_bytes < LITTLE_MEMORY_BYTES:
        yield Finding("memory", text, "problem", "Close other programs, or choose small models.")
    else:
        yield Finding("memory", text)
    if machine.memory.has_huge_pages:
        yield Finding("huge pages", "granted for weights that are copied")
    else:
        text = "not granted; weights that are copied are read a little slower"
        yield Finding("huge pages", text, "note", _HUGE_PAGES_REMEDY)


def _graphics(machine: Machine) -> Iterator[Finding]:
    """Describe cards as the kernels find them; without kernels for cards, as the driver does."""
    try:
        facts: _cuda.Facts = load_cuda().facts()
    except DeviceError as error:
        yield from _unused_cards(machine, error)
        return
    for card in facts.devices:
        text = _card(card, facts.driver)
        if card.problem:
            text = f"{text} · not used. {card.problem.text}"
            yield Finding("graphics card", text, "note", card.problem.remedy)
        else:
            yield Finding("graphics card", text)
    if facts.problem and facts.driver_version:
        yield Finding("graphics card", facts.problem.text, "problem", facts.problem.remedy)
    elif facts.problem:
        text = f"{facts.problem.text} {_PROCESSOR_ALONE}"
        yield Finding("graphics card", text, "note")


def _card(card: _cuda.DeviceFacts | Gpu, driver: str) -> str:
    major, minor = card.compute_capability
    free = "" if card.free_bytes is None else f", {format_bytes(card.free_bytes)} free"
    return (
        f"{card.name} · {format_bytes(card.memory_bytes)}{free} · "
        f"compute capability {major}.{minor} · driver {driver or 'unknown'}"
    )


def _unused_cards(machine: Machine, error: DeviceError) -> Iterator[Finding]:
    for gpu in machine.gpus:
        text = f"{_card(gpu, gpu.driver)} · not used. {error}"
        yield Finding("graphics card", text, "note", error.hint)
    if machine.gpus_problem:
        yield Finding("graphics card", f"{machine.gpus_problem} {_PROCESSOR_ALONE}", "note")


def _folders() -> Iterator[Finding]:
    for subject, folder in (
        ("data folder", data_folder()),
        ("models folder", models_folder()),
        ("log folder", log_folder()),
    ):
        yield _folder(subject, folder)


def _folder(subject: str, folder: Path) -> Finding:
    place = next(path for path in (folder, *folder.parents) if path.exists())
    if not (place.is_dir() and os.access(place, os.W_OK)):
        remedy = f"Make {place} a folder you can write to, or set KTDESK_HOME to one."
        return Finding(subject, f"{folder}: cannot be written", "problem", remedy)
    free_bytes = shutil.disk_usage(place).free
    text = f"{folder} · {format_bytes(free_bytes)} free"
    if free_bytes < LITTLE_SPACE_BYTES:
        remedy = "Make room, or set KTDESK_HOME to a folder on a larger disk."
        return Finding(subject, text, "problem", remedy)
    return Finding(subject, text)


def _settings_file() -> Iterator[Finding]:
    path = config_file()
    unknown: list[str] = []
    try:
        read_settings(path, report=unknown.append)
    except SettingsError as error:
        yield Finding("settings", str(error), "problem", error.hint)
        return
    yield Finding("settings", f"{path}" if path.exists() else f"{path}: not there, defaults used")
    for sentence in unknown:
        yield Finding("settings", sentence, "note")
    aside = path.with_name(path.name + ".broken")
    if aside.exists():
        remedy = "Correct it and rename it back, or delete it."
        yield Finding("settings", f"{aside} was set aside", "note", remedy)


def _models(settings: Settings) -> Iterator[Finding]:
    try:
        entries = found_models(settings)
    except (ImportError, OSError, KTDeskError) as error:
        yield Finding("models", f"They cannot be listed: {error}", "problem")
        return
    for entry in entries:
        if entry.problem:
            yield Finding("model", f"{entry.path}: {entry.problem}", "note", "Fetch it again.")
        else:
            size = format_bytes(entry.size_bytes)
            yield Finding("model", f"{entry.name} · {entry.architecture}, {size} · {entry.path}")
    if not entries:
        yield Finding("models", "none found", "note", "`ktdesk demo` builds the demo models.")
