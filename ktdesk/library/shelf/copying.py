# SPDX-License-Identifier: Apache-2.0
"""Takes a file to another place: by renaming it, else by a copy that is compared."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import sys
import threading
from pathlib import Path

from ktdesk.errors import Cancelled, LibraryError
from ktdesk.library.shelf.reading import CHUNK_BYTES, Count, hash_file
from ktdesk.library.shelf.seal import Seal


def take(source: Path, target: Path, count: Count, stop: threading.Event) -> str:
    """Rename a file, or copy it if the target is on another disk; return the copy's sha256.

    '' if it was renamed. count: gets bytes, twice those of the file: as they are copied and as they
    are compared. A copy is whole, on the disk, and has the time of the file. Raises OSError,
    Cancelled, and LibraryError if the copy differs.
    """
    size = source.stat().st_size
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    else:
        count(2 * size)
        return ""
    before = Seal.of(source)
    sha256 = _copy(source, target, count, stop)
    if Seal.of(source) != before:
        raise LibraryError(
            f"{source.name} was written to while it was copied.",
            hint="Wait until the other program has finished, and move it then.",
        )
    if hash_file(target, count, stop) != sha256:
        raise LibraryError(
            f"The copy of {source.name} differs from it: the disk or the memory has a fault.",
            hint="The model stays where it was. Have the disk checked before you use it.",
        )
    with contextlib.suppress(OSError):  # some file systems keep no times
        shutil.copystat(source, target)
    return sha256


def sync_folder(folder: Path) -> None:
    """See that the names in a folder are on the disk, where the system lets programs do that."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _copy(source: Path, target: Path, count: Count, stop: threading.Event) -> str:
    """Copy the bytes to the disk itself, past its caches; return their sha256."""
    digest, buffer = hashlib.sha256(), bytearray(CHUNK_BYTES)
    view = memoryview(buffer)
    with source.open("rb", buffering=0) as old, target.open("wb", buffering=0) as new:
        while size := old.readinto(buffer):
            if stop.is_set():
                raise Cancelled
            digest.update(view[:size])
            at = 0
            while at < size:
                at += new.write(view[at:size])
            count(size)
        os.fsync(new.fileno())
        if sys.platform == "linux":  # so that comparing reads the disk
            os.posix_fadvise(new.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            os.posix_fadvise(old.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return digest.hexdigest()
