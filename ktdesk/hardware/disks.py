# SPDX-License-Identifier: Apache-2.0
"""The disks that given folders lie on."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import psutil

from ktdesk.hardware.machine import Disk
from ktdesk.hardware.system_files import LINUX, read_text

_NETWORK = frozenset(
    (
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.rclone"),
        *("ceph", "glusterfs", "lustre", "beegfs", "afs"),
    )
)
_MEMORY = ("tmpfs", "ramfs")


def describe_disk(
    folder: Path,
    *,
    root: Path = LINUX,
    is_virtual: bool = False,
    letters: Mapping[str, str] | None = None,
) -> Disk:
    """Return where a folder lies, or would lie, if it is not there yet.

    is_virtual: whether in a virtual machine, whose disks do not tell what they are. letters: the
    kinds of Windows's disks, by letter.
    """
    place = _existing(folder)
    if sys.platform == "win32":
        mount, file_system, kind = _on_windows(place, letters or {})
    else:
        mount, file_system, device = _mount(place, read_text(root / "proc/self/mountinfo"))
        kind = _kind(root, device, file_system)
        if is_virtual and kind == "hdd":
            kind = ""
    try:
        usage = shutil.disk_usage(place)
        total, free = usage.total, usage.free
    except OSError:
        total, free = 0, 0
    return Disk(
        folder=str(folder),
        mount=mount,
        kind=kind,
        file_system=file_system,
        total_bytes=total,
        free_bytes=free,
    )


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that is there, without links."""
    for place in (folder, *folder.parents):
        try:
            if place.exists():
                return place.resolve()
        except OSError:
            continue
    return folder


def _mount(place: Path, mountinfo: str) -> tuple[str, str, str]:
    """Return mount, file system and device ('259:2') of a place, by Linux's list of mounts."""
    best = ("", "", "")
    for line in mountinfo.splitlines():
        left, _, right = line.partition(" - ")
        words, kind = left.split(), right.split()[:1]
        if len(words) < 5 or not kind:
            continue
        mount = words[4].encode().decode("unicode_escape", "replace")  # a blank is \040
        # Of two at one place the later hides the earlier.
        if place.is_relative_to(mount) and len(mount) >= len(best[0]):
            best = (mount, kind[0], words[2])
    return best


def _kind(root: Path, device: str, file_system: str) -> str:
    if file_system in _NETWORK:
        return "network"
    if file_system in _MEMORY:
        return "memory"
    block = root / "sys/dev/block" / device
    for queue in (block / "queue", block / "../queue"):  # of a disk; of a partition's disk
        if said := read_text(queue / "rotational"):
            return {"0": "ssd", "1": "hdd"}.get(said, "")
    return ""


def _on_windows(place: Path, letters: Mapping[str, str]) -> tuple[str, str, str]:
    drive = place.anchor
    if drive.startswith("\\\\"):
        return drive, "", "network"
    for part in psutil.disk_partitions(all=True):
        if part.mountpoint.lower() == drive.lower():
            is_remote = "remote" in part.opts
            kind = "network" if is_remote else letters.get(drive[:1].upper(), "")
            return drive, part.fstype, kind
    return drive, "", letters.get(drive[:1].upper(), "")
