# SPDX-License-Identifier: Apache-2.0
"""The memory of this machine, and how much of it this process may have."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

import psutil

from ktdesk.hardware.cgroups import memory_left_bytes, memory_limit_bytes
from ktdesk.hardware.limits import address_space_bytes
from ktdesk.hardware.machine import Program
from ktdesk.hardware.system_files import LINUX, number, read_text

_PROGRAMS = 5  # of the largest ones


def total_memory_bytes(root: Path = LINUX) -> int:
    """Return how much memory there is for this process, used or not."""
    return min(_limits(root).values())


def memory_limited_by(root: Path = LINUX) -> str:
    """Return what leaves the process less than the machine has: 'container', 'ulimit', or ''."""
    limits = _limits(root)
    return min(limits, key=lambda name: limits[name])


def available_memory_bytes(root: Path = LINUX) -> int:
    """Return how much memory this process can take now without making the system swap."""
    available: int = psutil.virtual_memory().available
    left, space = memory_left_bytes(root / "proc/self"), address_space_bytes()
    if left is not None:
        available = min(available, left)
    if space is not None:
        available = min(available, max(0, space - psutil.Process().memory_info().vms))
    return available


def taken_memory_bytes() -> int:
    """Return what this process has taken of the memory, without files, which can be read again."""
    memory: Any = psutil.Process().memory_info()
    if hasattr(memory, "private"):  # Windows
        return memory.private
    return max(0, memory.rss - getattr(memory, "shared", 0))


def _limits(root: Path) -> dict[str, int]:
    """Return bytes by what limits to them; '' is the machine itself, and the first of equals."""
    found = {
        "": psutil.virtual_memory().total,
        "container": memory_limit_bytes(root / "proc/self"),
        "ulimit": address_space_bytes(),
    }
    return {name: size for name, size in found.items() if size is not None}


def grants_huge_pages() -> bool:
    """Whether the system gives this process huge pages; no, if it cannot be asked."""
    try:
        native: Any = importlib.import_module("ktdesk._native")
    except ImportError:
        return False
    return native.grants_huge_pages()


def swap_bytes() -> tuple[int, int]:
    """Return how much memory can be on a disk, and what of it is free; 0 if unknown."""
    try:
        swap = psutil.swap_memory()
    except (OSError, RuntimeError):  # on Windows, where performance counters are turned off
        return 0, 0
    return swap.total, swap.free


def node_free_bytes(node: int, root: Path = LINUX) -> int:
    """Return a memory node's free bytes, with those of files in memory; 0 if unknown."""
    free = 0
    path = root / "sys/devices/system/node" / f"node{node}" / "meminfo"
    for line in read_text(path).splitlines():
        name, _, rest = line.partition(":")
        if name.split()[-1:] in (["MemFree"], ["Active(file)"], ["Inactive(file)"]):
            free += number(rest.split()[0] if rest.split() else "") << 10
    return free


def largest_programs() -> tuple[Program, ...]:
    """Return the programs that take the most memory, the largest first; this one is left out."""
    sizes: dict[str, int] = {}
    try:
        for process in psutil.process_iter(["pid", "name", "memory_info"]):
            memory: Any = process.info["memory_info"]
            if memory is not None and process.info["pid"] != os.getpid():
                name = str(process.info["name"] or "?")
                sizes[name] = sizes.get(name, 0) + memory.rss
    except (psutil.Error, OSError):  # the list itself may be hidden from this user
        return ()
    largest = sorted(sizes, key=lambda name: -sizes[name])[:_PROGRAMS]
    return tuple(Program(name=name, memory_bytes=sizes[name]) for name in largest)
