# SPDX-License-Identifier: Apache-2.0
"""Whether a file is still the one whose bytes were read."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ktdesk.hardware.system_files import LINUX, read_text

_NUMBERED_ANEW = ("exfat", "vfat", "msdos")  # Linux numbers their files whenever it meets them


@dataclass(frozen=True, slots=True)
class Seal:
    """A file as it stood when its bytes were read: who writes it, or puts another there, breaks it.

    inode: the file's number on its disk. A copy has another one, even if it keeps the time. 0
    where numbers do not last.
    """

    size_bytes: int
    changed_ns: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> Seal:
        """Return the seal of a file as it is now. Raises OSError."""
        return cls.from_status(path.stat())

    @classmethod
    def from_status(cls, status: os.stat_result) -> Seal:
        """Return the seal of the file that the system says this of."""
        lasts = sys.platform != "linux" or numbers_last(status.st_dev)
        return cls(status.st_size, status.st_mtime_ns, status.st_ino if lasts else 0)

    def as_json(self) -> list[int | str]:
        """Return it for a file; numbers of disks may be longer than JSON's readers take."""
        return [self.size_bytes, self.changed_ns, str(self.inode)]

    @classmethod
    def from_json(cls, value: Any) -> Seal:
        """Return what `as_json` gave. Raises TypeError, ValueError."""
        size, changed, inode = value
        if type(size) is not int or type(changed) is not int or type(inode) is not str:
            raise TypeError("a seal has other values than numbers")
        if not (inode.isascii() and inode.isdigit() and len(inode) < 50):
            raise ValueError("a seal has an impossible number of a file")
        return cls(size, changed, int(inode))


@lru_cache
def numbers_last(device: int, root: Path = LINUX) -> bool:
    """Return whether files keep their numbers on a device of Linux, as `os.stat_result` has it."""
    name = f"{os.major(device)}:{os.minor(device)}"
    for line in read_text(root / "proc/self/mountinfo").splitlines():
        left, _, right = line.partition(" - ")
        if name in left.split()[2:3] and right.startswith(_NUMBERED_ANEW):
            return False
    return True
