# SPDX-License-Identifier: Apache-2.0
"""Limits that Linux control groups put on this process, in both versions of their interface.

A process is in a folder of a hierarchy, and every folder above may limit it too. Elsewhere than on
Linux the files read here do not exist, and there are no limits.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
    for line in _read(process / "mountinfo").splitlines():
        place, _, system = line.partition(" - ")
        root, mount = place.split()[3:5]
        kind, _, options = system.split(maxsplit=2)
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
    for line in _read(process / "cgroup").splitlines():
        _, controllers, group = line.split(":", 2)
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
    words = _read(folder / "cpu.max").split() or [
        _read(folder / "cpu.cfs_quota_us").strip(),
        _read(folder / "cpu.cfs_period_us").strip(),
    ]
    quota, period = (float(word) if word.isdigit() else 0.0 for word in words[:2])
    return quota, period


def _memory_limit(folder: Path) -> int | None:
    for name in ("memory.max", "memory.limit_in_bytes"):
        word = _read(folder / name).strip()
        # Version 1 has no word for "no limit": it gives the largest number of pages there is.
        if word.isdigit() and int(word) < 1 << 60:
            return int(word)
    return None


def _used_bytes(folder: Path) -> int:
    """Return the memory in use, less the files in memory, which the system gives up on demand."""
    for usage, prefix in (("memory.current", ""), ("memory.usage_in_bytes", "total_")):
        word = _read(folder / usage).strip()
        if word.isdigit():
            statistics = dict(
                line.split(maxsplit=1) for line in _read(folder / "memory.stat").splitlines()
            )
            files = (statistics.get(f"{prefix}{kind}_file", "0") for kind in ("inactive", "active"))
            return int(word) - sum(map(int, files))
    return 0


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
