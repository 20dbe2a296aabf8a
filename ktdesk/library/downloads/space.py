# SPDX-License-Identifier: Apache-2.0
"""Whether a disk has room for what is to come onto it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ktdesk.errors import DownloadError, format_bytes

RESERVE_BYTES = 2_000_000_000  # stays free: a system whose disk is full does strange things


@dataclass(frozen=True, slots=True)
class Need:
    """What will still be written into a folder, which need not be there yet."""

    folder: Path
    size_bytes: int


class SpaceShortage(DownloadError):
    """A disk has not enough room. folders: others that have, the roomiest first."""

    def __init__(
        self, need: Need, others_bytes: int, free_bytes: int, folders: tuple[Path, ...]
    ) -> None:
        also = (
            f", besides {format_bytes(others_bytes)} that other downloads still need there"
            if others_bytes
            else ""
        )
        named = " or ".join(str(folder) for folder in folders)
        super().__init__(
            f"There is not enough room in {need.folder}: {format_bytes(need.size_bytes)} are "
            f"needed{also}, and {format_bytes(free_bytes)} are free.",
            hint=f"Choose another folder, such as {named}, or make room."
            if folders
            else "Make room, or choose a folder on another disk.",
            kind="full",
        )
        self.needed_bytes = need.size_bytes + others_bytes
        self.free_bytes = free_bytes
        self.folders = folders


def check_space(
    need: Need,
    others: Iterable[Need] = (),
    folders: Iterable[Path] = (),
    *,
    reserve_bytes: int = RESERVE_BYTES,
) -> None:
    """Raise SpaceShortage unless a need and those others that are of the same disk have room.

    folders: where else it could go; the error offers those with enough room for it all.
    """
    others = tuple(others)
    if _shortage(need, others, reserve_bytes) <= 0:
        return
    fitting = {
        folder: free_bytes(folder)
        for folder in folders
        if _shortage(Need(folder, need.size_bytes), others, reserve_bytes) <= 0
    }
    raise SpaceShortage(
        need,
        _on_same_disk(need.folder, others),
        free_bytes(need.folder),
        tuple(sorted(fitting, key=lambda folder: -fitting[folder])),
    )


def free_bytes(folder: Path) -> int:
    """Return what this user may still write there; 0 where that cannot be told."""
    try:
        return shutil.disk_usage(_existing(folder)).free
    except OSError:
        return 0


def _shortage(need: Need, others: tuple[Need, ...], reserve_bytes: int) -> int:
    """Return how many bytes are missing; 0 or less if none."""
    if not need.size_bytes:
        return 0
    wanted = need.size_bytes + _on_same_disk(need.folder, others) + reserve_bytes
    return wanted - free_bytes(need.folder)


def _on_same_disk(folder: Path, needs: tuple[Need, ...]) -> int:
    disk = _disk(folder)
    return sum(need.size_bytes for need in needs if _disk(need.folder) == disk)


def _disk(folder: Path) -> int | None:
    try:
        return _existing(folder).stat().st_dev
    except OSError:
        return None


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that is there."""
    folder = folder.absolute()
    return next((each for each in (folder, *folder.parents) if each.exists()), folder)
