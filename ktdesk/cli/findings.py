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
from typing import Any, Literal

from ktdesk import __version__
from ktdesk.cli.model_choice import found_models
from ktdesk.errors import KTDeskError, SettingsError, format_bytes
from ktdesk.hardware import Machine
from ktdesk.hardware.report import lines
from ktdesk.hardware.verdicts import judge
from ktdesk.settings import (
    Settings,
    config_file,
    data_folder,
    log_folder,
    models_folder,
    read_settings,
)

LITTLE_SPACE_BYTES = 2_000_000_000  # the demo models and what it takes to build them


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the page. note: worth knowing, nothing to mend. warning: it costs speed."""

    subject: str
    text: str
    verdict: Literal["good", "note", "warning", "problem"] = "good"
    remedy: str = ""


def examine(settings: Settings, machine: Machine) -> list[Finding]:
    """Return all findings, in the order of the page."""
    return [
        *_software(),
        *_hardware(machine),
        *_folders(),
        *_settings_file(),
        *_models(settings),
    ]


def _software() -> Iterator[Finding]:
    yield Finding("KTDesk", __version__)
    yield Finding("Python", f"{platform.python_version()} ({sys.executable})")
    for package in ("torch", "tokenizers", "gguf"):
        try:
            yield Finding(package, metadata.version(package))
        except metadata.PackageNotFoundError:
            yield Finding(package, "not installed", "problem", "Install KTDesk again.")


def _hardware(machine: Machine) -> Iterator[Finding]:
    for subject, text in lines(machine):
        yield Finding(subject, text)
    problem = machine.processor.kernels_problem
    if problem:
        remedy = "Install KTDesk again; from source, `make run` builds the native module."
        yield Finding("kernels", problem, "problem", remedy)
    else:
        for isa, kernels in _kernel_tables().items():
            yield Finding("kernels", f"{isa}: {', '.join(kernels)}")
    for verdict in judge(machine):
        yield Finding(verdict.subject, verdict.text, verdict.severity, verdict.remedy)


def _kernel_tables() -> dict[str, list[str]]:
    """Return the kernels in use by the instruction set they are made for."""
    native: Any = importlib.import_module("ktdesk._native")
    tables: dict[str, list[str]] = {}
    for kernel, isa in native.kernel_tables().items():
        tables.setdefault(isa, []).append(kernel)
    return tables


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
