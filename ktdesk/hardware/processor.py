# SPDX-License-Identifier: Apache-2.0
"""The processor: name, cores, NUMA nodes, instruction sets."""

from __future__ import annotations

import importlib
import math
import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ktdesk.hardware.cgroups import cpu_limit
from ktdesk.hardware.system_files import LINUX, read_text

if TYPE_CHECKING:
    from ktdesk._native import Node


def logical_cores(root: Path = LINUX) -> int:
    """Return on how many hardware threads this process may run."""
    cpus = sum(len(core) for node in numa_nodes(root) for core in node.cores)
    return _limited(cpus or os.cpu_count() or 1, root)


def physical_cores(root: Path = LINUX) -> int:
    """Return on how many cores this process may run, at least 1."""
    cores = sum(len(node.cores) for node in numa_nodes(root))
    return _limited(cores, root) if cores else logical_cores(root)


def numa_nodes(root: Path = LINUX) -> list[Node]:
    """Return the machine's memory nodes and those of their cores that this process may use.

    Empty if the native module, which reads them, cannot be loaded.
    """
    try:
        native: Any = importlib.import_module("ktdesk._native")
    except ImportError:
        return []
    return native.topology() if root == LINUX else native.topology(str(root))


def processor_name(root: Path = LINUX) -> str:
    """Return the processor's name as its maker gives it, or its architecture."""
    return _linux_name(root) or _windows_name() or platform.processor() or platform.machine()


def kernel_sets() -> tuple[tuple[str, ...], str]:
    """Return the instruction sets that kernels can use here, the best first, or why unknown."""
    try:
        native: Any = importlib.import_module("ktdesk._native")
    except ImportError as error:
        return (), f"The native module cannot be loaded: {error}."
    return tuple(native.isas()), ""


def _limited(cores: int, root: Path) -> int:
    limit = cpu_limit(root / "proc/self")
    return cores if limit is None else max(1, min(cores, math.ceil(limit)))


def _linux_name(root: Path) -> str:
    lines = read_text(root / "proc/cpuinfo").splitlines()
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
