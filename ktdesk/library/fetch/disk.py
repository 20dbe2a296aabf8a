# SPDX-License-Identifier: Apache-2.0
"""Files on the disk as downloads write them, and what the disk says when it cannot."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ktdesk.errors import DownloadError

_FULL = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def disk_errors(path: Path) -> Generator[None]:
    """Turn errors of the disk into DownloadErrors that name the file."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL or getattr(error, "winerror", 0) in (39, 112):
            raise DownloadError(
                f"The disk is full: {path.name} cannot grow.",
                hint=f"Make room on the disk of {path.parent}, and go on; nothing is lost.",
                kind="full",
            ) from error
        if error.errno == errno.EFBIG:
            raise DownloadError(
                f"The disk of {path.parent} takes no file as large as {path.name}.",
                hint="Disks that are formatted as FAT take 4 GB. Choose a folder on another one.",
                kind="unwritable",
            ) from error
        raise DownloadError(
            f"{path} cannot be read and written: {error.strerror or error}.",
            hint="Check that the disk is there, and the permissions of the folder.",
            kind="unwritable",
        ) from error


class PartFile:
    """A file that is written in any order, by several threads. Raises DownloadError.

    It is made if it is not there, and never shortened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        with disk_errors(path):
            is_new = not path.exists()
            path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
            self._handle = os.open(path, flags, 0o666)
            if is_new:
                sync_folder(path.parent)

    def write(self, position: int, data: bytes) -> None:
        """Write bytes at a place."""
        with disk_errors(self.path):
            view = memoryview(data)
            while view:
                written = self._write(position, view)
                position += written
                view = view[written:]

    def read(self, position: int, size: int) -> bytes:
        """Return the bytes at a place; fewer at the end of the file."""
        with disk_errors(self.path):
            if sys.platform != "win32":
                return os.pread(self._handle, size, position)
            with self._lock:
                os.lseek(self._handle, position, os.SEEK_SET)
                return os.read(self._handle, size)

    def sync(self) -> None:
        """Return when all that is written is on the disk for good."""
        with disk_errors(self.path):
            if sys.platform == "linux":
                os.fdatasync(self._handle)
            else:
                os.fsync(self._handle)

    def close(self) -> None:
        """Close it; it stays where it is."""
        os.close(self._handle)

    def _write(self, position: int, view: memoryview) -> int:
        if sys.platform != "win32":
            return os.pwrite(self._handle, view, position)
        with self._lock:
            os.lseek(self._handle, position, os.SEEK_SET)
            return os.write(self._handle, view)


def sync_folder(folder: Path) -> None:
    """Return when the names in a folder are on the disk for good, where the system can say so."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put_in_place(part: Path, target: Path) -> None:
    """Give a whole file its name. Another file of that name is kept, under a new one."""
    with disk_errors(target):
        if target.exists():
            target.rename(_free_name(target))
        part.rename(target)
        sync_folder(target.parent)


def _free_name(path: Path) -> Path:
    number, name = 1, path.with_name(f"{path.name}.old")
    while name.exists():
        number += 1
        name = path.with_name(f"{path.name}.old{number}")
    return name


def allocated_bytes(path: Path) -> int:
    """Return what a file takes on the disk; 0 if there is none."""
    try:
        found = path.stat()
    except OSError:
        return 0
    blocks: int | None = getattr(found, "st_blocks", None)
    return found.st_size if blocks is None else blocks * 512
