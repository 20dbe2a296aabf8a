# SPDX-License-Identifier: Apache-2.0
"""What Linux says of the processors beside their cores: caches, sockets, kinds of cores."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ktdesk.hardware.machine import Cache
from ktdesk.hardware.system_files import LINUX, folders, number, numbers, read_number, read_text

_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def read_caches(root: Path = LINUX) -> tuple[Cache, ...]:
    """Return the caches, the smallest level first."""
    places: set[tuple[int, str, int, str]] = set()
    for index in folders(root / "sys/devices/system/cpu", "cpu[0-9]*/cache/index[0-9]*"):
        level, kind = read_number(index / "level"), read_text(index / "type").lower()
        size = _size_bytes(read_text(index / "size"))
        if level and size:
            places.add((level, kind, size, read_text(index / "shared_cpu_list")))
    kinds = Counter((level, kind, size) for level, kind, size, _ in places)
    return tuple(
        Cache(level=level, kind=kind, size_bytes=size, count=count)
        for (level, kind, size), count in sorted(kinds.items())
    )


def count_sockets(root: Path = LINUX) -> int:
    """Return how many processors are plugged in, 0 if unknown."""
    files = folders(root / "sys/devices/system/cpu", "cpu[0-9]*/topology/physical_package_id")
    return len({text for path in files if (text := read_text(path))})


def slow_threads(root: Path = LINUX) -> set[int]:
    """Return the hardware threads of a hybrid processor's efficient cores."""
    return numbers(read_text(root / "sys/devices/cpu_atom/cpus"))


def _size_bytes(text: str) -> int:
    return number(text[:-1]) * _UNITS.get(text[-1:], 0)
