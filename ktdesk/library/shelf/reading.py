# SPDX-License-Identifier: Apache-2.0
"""Reads files to their end, mostly past the system's cache: a model in use must stay in it."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ktdesk.errors import Cancelled

CHUNK_BYTES = 4 << 20  # between two looks at whether to stop
BLOCK_BYTES = 32 << 20  # of which the CRC-32 is kept

Count = Callable[[int], None]
Block = tuple[int, int, int]  # start, end, CRC-32


def hash_file(
    path: Path,
    count: Count,
    stop: threading.Event,
    blocks: list[Block] | None = None,
    *,
    stays_cached: bool = False,
) -> str:
    """Return the sha256 of a file. blocks: gets those of the file.

    count: gets the bytes of each chunk. stays_cached: the system may keep what was read. Raises
    OSError, Cancelled.
    """
    digest, crc, start, at = hashlib.sha256(), 0, 0, 0
    for chunk in _chunks(path, count, stop, stays_cached=stays_cached):
        digest.update(chunk)
        at += len(chunk)
        if blocks is not None:
            crc = zlib.crc32(chunk, crc)
            if at - start >= BLOCK_BYTES:
                blocks.append((start, at, crc))
                crc, start = 0, at
    if blocks is not None and at > start:
        blocks.append((start, at, crc))
    return digest.hexdigest()


def wrong_blocks(
    path: Path, blocks: Sequence[Block], stop: threading.Event
) -> tuple[tuple[int, int], ...]:
    """Return start and end of those blocks that a file has otherwise. Raises OSError, Cancelled."""
    wrong: list[tuple[int, int]] = []
    with path.open("rb", buffering=0) as file:
        for start, end, expected in blocks:
            file.seek(start)
            crc, left = 0, end - start
            while left and (data := file.read(min(left, CHUNK_BYTES))):
                if stop.is_set():
                    raise Cancelled
                crc, left = zlib.crc32(data, crc), left - len(data)
            if left or crc != expected:
                wrong.append((start, end))
    return tuple(wrong)


def _chunks(
    path: Path, count: Count, stop: threading.Event, *, stays_cached: bool
) -> Iterator[memoryview]:
    buffer = bytearray(CHUNK_BYTES)
    view, at = memoryview(buffer), 0
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(buffer):
            if stop.is_set():
                raise Cancelled
            yield view[:size]
            if sys.platform == "linux" and not stays_cached:
                os.posix_fadvise(file.fileno(), at, size, os.POSIX_FADV_DONTNEED)
            at += size
            count(size)
