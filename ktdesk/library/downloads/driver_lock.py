# SPDX-License-Identifier: Apache-2.0
"""The lock that makes one process the driver of the queue.

It is the system's own lock on an open file: it ends with its process, however that ends. So there
is nothing stale to find out about, and taking over from a dead driver is taking the lock.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class DriverLock:
    """The lock in a file, which is made where it is missing and never removed.

    Two of them in one process exclude each other as two processes do. Not for several threads.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds it."""
        return self._handle is not None

    def take(self) -> bool:
        """Try to take it, without waiting; return whether it is held now.

        Raises OSError where files cannot be locked at all.
        """
        if self._handle is None:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                _lock(handle)
            except (BlockingIOError, PermissionError):  # what a held lock is called
                os.close(handle)
                return False
            except OSError:
                os.close(handle)
                raise
            self._handle = handle
        return True

    def release(self) -> None:
        """Let others have it."""
        if self._handle is not None:
            with suppress(OSError):
                os.close(self._handle)
            self._handle = None

    def is_free(self) -> bool:
        """Return whether nobody holds it, this object included."""
        if self.is_held or not self.take():
            return False
        self.release()
        return True
