# SPDX-License-Identifier: Apache-2.0
"""The processor: name, cores, NUMA nodes, instruction sets."""

from __future__ import annotations

import importlib
import math
import os
import platform
import sys
from pathlib import Path
from typing import Any

import psutil

from ktdesk.hardware.cgroups import cpu_limit

_CPUS = Path("/sys/devices/system/cpu")
_NODES = Path("/sys/devices/system/node")


def logical_cores() -> int:
    """Return on how many hardware threads this process may run."""
    allowed = _allowed_cpus()
    return _limited(len(allowed) if allowed else os.cpu_count() or 1)


def physical_cores() -> int:
    """Return on how many cores this process may run, at least 1."""
    allowed = _allowed_cpus()
    cores = count_cores(allowed) if allowed else psutil.cpu_count(logical=False)
    return _limited(cores or logical_cores())


def count_cores(cpus: set[int], folder: Path = _CPUS) -> int:
    """Return to how many cores these hardware threads belong; where unknown, each is one.

    folder: with one folder `cpuN` for each hardware thread, as Linux shows them.
    """
    return len({_siblings(folder / f"cpu{cpu}") or str(cpu) for cpu in cpus})


def numa_nodes(folder: Path = _NODES) -> int | None:
    """Return how many memory nodes the machine has, or None if the system does not say."""
    nodes = [path for path in folder.glob("node*") if path.name[4:].isdigit()]
    return len(nodes) or None


def processor_name() -> str:
    """Return the processor's name as its maker gives it, or its architecture."""
    return _linux_name() or _windows_name() or platform.processor() or platform.machine()


def instruction_sets() -> tuple[tuple[str, ...], str]:
    """Return the instruction sets that kernels can use here, the best first, or why unknown."""
    try:
        native: Any = importlib.import_module("ktdesk._native")
    except ImportError as error:
        return (), f"The native module cannot be loaded: {error}."
    return tuple(native.isas()), ""


def _allowed_cpus() -> set[int]:
    """Return the hardware threads this process is bound to; empty if the system does not say."""
    if sys.platform == "linux":
        return os.sched_getaffinity(0)
    return set()


def _limited(cores: int) -> int:
    limit = cpu_limit()
    return cores if limit is None else max(1, min(cores, math.ceil(limit)))


def _siblings(cpu: Path) -> str:
    try:
        return (cpu / "topology" / "thread_siblings_list").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _linux_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "")


def _windows_name() -> str:
    if sys.platform != "win32":
        return ""
    import winreg

    place = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, place) as key:
            return str(winreg.QueryValueEx(key, "ProcessorNameString")[0]).strip()
    except OSError:
        return ""
