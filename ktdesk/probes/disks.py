# SPDX-License-Identifier: Apache-2.0
"""How fast a disk is read, past what the system keeps of files in memory. Linux only."""

from __future__ import annotations

import contextlib
import mmap
import os
import tempfile
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

READ_BYTES = 1 << 30  # at most, and for so long:
_PATIENCE_S = 1.5
_OWN_BYTES = 128 << 20  # of a file that is written where there is none to read
_PIECE = 4 << 20
_READERS = 4  # at once: as many requests as an SSD needs to be fast
_ENOUGH_BYTES = 128 << 20  # of a file that is there


def disk_bytes_per_s(
    folder: Path, *, own_bytes: int = _OWN_BYTES, is_cancelled: Callable[[], bool] = lambda: False
) -> float:
    """Return how fast the disk of a folder is read, 0 if that cannot be found out.

    Reads the largest file of the folder; without a large one, one is written that is `own_bytes`
    long, and removed.
    """
    if not hasattr(os, "O_DIRECT"):
        return 0.0
    try:
        if (path := _largest_file(folder)) is not None:
            return _read(path, is_cancelled)
        with _own_file(folder, own_bytes) as path:
            return _read(path, is_cancelled)
    except OSError:
        return 0.0


def _largest_file(folder: Path) -> Path | None:
    sizes = {path: path.stat().st_size for path in folder.rglob("*.gguf") if path.is_file()}
    largest = max(sizes, key=lambda path: sizes[path], default=None)
    return largest if largest and sizes[largest] >= _ENOUGH_BYTES else None


@contextlib.contextmanager
def _own_file(folder: Path, size_bytes: int) -> Generator[Path]:
    """Give a file of bytes that no disk can compress, which goes afterwards."""
    place = next(path for path in (folder, *folder.parents) if path.is_dir())
    handle, name = tempfile.mkstemp(dir=place, prefix=".ktdesk-probe")
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            for _ in range(max(1, size_bytes // _PIECE)):
                file.write(os.urandom(_PIECE))
            file.flush()
            os.fsync(file.fileno())
        yield path
    finally:
        path.unlink(missing_ok=True)


def _read(path: Path, is_cancelled: Callable[[], bool]) -> float:
    """Return bytes per second of several readers, each of a part of the file."""
    size = min(path.stat().st_size, READ_BYTES)
    pieces = range(0, size // _PIECE * _PIECE, _PIECE)
    file = os.open(path, os.O_RDONLY | os.O_DIRECT)
    start = time.perf_counter()

    def read(nth: int) -> int:
        done = 0
        with mmap.mmap(-1, _PIECE) as room:  # direct reading wants memory from a page's boundary
            for at in pieces[nth::_READERS]:
                if is_cancelled() or time.perf_counter() - start > _PATIENCE_S:
                    break
                done += os.preadv(file, [room], at)
        return done

    try:
        with ThreadPoolExecutor(_READERS, thread_name_prefix="disk probe") as readers:
            done = sum(readers.map(read, range(_READERS)))
        return done / max(time.perf_counter() - start, 1e-9)
    finally:
        os.close(file)
