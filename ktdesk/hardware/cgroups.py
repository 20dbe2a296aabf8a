# SPDX-License-Identifier: Apache-2.0
"""Limits that Linux control groups put on this process, in both versions of their interface.

A process is in a folder of a hierarchy, and every folder above may limit it too. Elsewhere than on
Linux the files read here do not exist, and there are no limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ktdesk.hardware.system_files import number, read_text

_SELF = Path("/proc/self")


def cpu_limit(process: Path = _SELF) -> float | None:
    """Return how many processors' time the process may use, or None for no limit.

    process: the folder that describes the process, with `cgroup` and `mountinfo`.
    """
    limits = [
        quota / period
        for folder in _folders(process, "cpu")
        for quota, period in [_quota(folder)]
        if quota > 0 and period > 0
    ]
    return min(limits, default=None)


def memory_left_bytes(process: Path = _SELF) -> int | None:
    """Return how much more memory the process may take, or None for no limit."""
    left = [
        limit - _used_bytes(folder)
        for folder in _folders(process, "memory")
        if (limit := _memory_limit(folder)) is not None
    ]
    return max(0, min(left)) if left else None


def memory_limit_bytes(process: Path = _SELF) -> int | None:
    """Return how much memory the process may have in all, or None for no limit."""
    limits = [_memory_limit(folder) for folder in _folders(process, "memory")]
    return min((limit for limit in limits if limit is not None), default=None)


def _folders(process: Path, controller: str) -> Iterator[Path]:
    """Yield the folders that limit the process, its own first."""
    groups = _groups(process)
    for line in read_text(process / "mountinfo").splitlines():
        place, _, system = (side.split() for side in line.partition(" - "))
        if len(place) < 5 or len(system) < 3:
            continue
        root, mount = place[3:5]
        kind, options = system[0], system[2]
        if kind == "cgroup2":
            group = groups.get("")
        elif kind == "cgroup" and controller in options.split(","):
            group = groups.get(controller)
        else:
            continue
        yield from _upwards(Path(mount), root, group or "/")


def _groups(process: Path) -> dict[str, str]:
    """Return the process's folder by controller; '' is version 2, which has all of them."""
    groups: dict[str, str] = {}
    for line in read_text(process / "cgroup").splitlines():
        nth, _, rest = line.partition(":")
        controllers, colon, group = rest.partition(":")
        if nth.isdigit() and colon:
            groups |= dict.fromkeys(controllers.split(","), group)
    return groups


def _upwards(mount: Path, root: str, group: str) -> Iterator[Path]:
    """Yield the group's folder and those above it, as far as they are mounted.

    root: which folder of the hierarchy is mounted. In a container it is the group itself.
    """
    inside = group.removeprefix(root.rstrip("/")).strip("/")
    folder = mount / inside
    yield folder
    if inside:
        yield from folder.parents[: len(Path(inside).parts)]


def _quota(folder: Path) -> tuple[float, float]:
    """Return microseconds of processor time, and in how many; 0 where there is no limit."""
    words = read_text(folder / "cpu.max").split() or [
        read_text(folder / "cpu.cfs_quota_us").strip(),
        read_text(folder / "cpu.cfs_period_us").strip(),
    ]
    quota, period, *_ = (*map(number, words), 0, 0)
    return quota, period


def _memory_limit(folder: Path) -> int | None:
    for name in ("memory.max", "memory.limit_in_bytes"):
        word = read_text(folder / name).strip()
        # Version 1 has no word for "no limit": it gives the largest number of pages there is.
        if word.isdigit() and int(word) < 1 << 60:
            return int(word)
    return None


def _used_bytes(folder: Path) -> int:
    """Return the memory in use, less the files in memory, which the system gives up on demand."""
    for usage, prefix in (("memory.current", ""), ("memory.usage_in_bytes", "total_")):
        word = read_text(folder / usage).strip()
        if word.isdigit():
            lines = map(str.split, read_text(folder / "memory.stat").splitlines())
            statistics = {words[0]: number(words[1]) for words in lines if len(words) == 2}
            files = (statistics.get(f"{prefix}{kind}_file", 0) for kind in ("inactive", "active"))
            return int(word) - sum(files)
    return 0
