# SPDX-License-Identifier: Apache-2.0
"""Compares files that have come with their sha256, and finds out what is wrong with others.

What the disk has lost is told by its CRC; else an origin is asked for all of it again.
"""

from __future__ import annotations

import hashlib
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

from ktdesk.errors import Cancelled, DownloadError, format_bytes
from ktdesk.library.fetch.disk import disk_errors, put_in_place
from ktdesk.library.fetch.job import Job
from ktdesk.library.fetch.journal import Block
from ktdesk.library.fetch.order import FileState
from ktdesk.library.fetch.origins import Origins
from ktdesk.library.shelf.seal import Seal

_READ_BYTES = 1 << 22
_PASSES = 2  # at least: what a bad line has done to the first may happen to the second


class Verifier:
    """Ends the way of files; of one thread.

    say: gets a sentence about what the user should know.
    """

    def __init__(self, origins: Origins, halt: threading.Event, say: Callable[[str], None]) -> None:
        self._origins = origins
        self._halt = halt
        self._say = say

    def verify(self, job: Job) -> bool:
        """Put a file in its place if it is what it should be; else say what to fetch again.

        Returns which of the two. Raises Cancelled, and DownloadError if there is no hope.
        """
        job.state = FileState.VERIFYING
        path = job.target if job.is_in_place else job.part.path
        if job.file.sha256 and self._sha256(path) != job.file.sha256:
            job.state = FileState.REPAIRING
            self._repair(job)
            return False
        job.close_part()
        if not job.is_in_place:
            put_in_place(job.part_path, job.target)
        if job.file.sha256:
            with disk_errors(job.target):
                job.seal = Seal.of(job.target)
            job.journal.set_seal(job.file.path, job.seal)
        job.state = FileState.COMPLETE
        return True

    def _sha256(self, path: Path) -> str:
        digest = hashlib.sha256()
        buffer = memoryview(bytearray(_READ_BYTES))
        with disk_errors(path), path.open("rb", buffering=0) as file:
            while size := file.readinto(buffer):
                digest.update(buffer[:size])
                if self._halt.is_set():
                    raise Cancelled
        return digest.hexdigest()

    def _repair(self, job: Job) -> None:
        if job.is_in_place:
            with disk_errors(job.target):
                job.leave_place()
        damaged = tuple(
            block for block in job.journal.blocks(job.file) if self._crc(job, block) != block.crc
        )
        if damaged:
            size = format_bytes(sum(block.end - block.start for block in damaged))
            self._say(f"The disk has damaged {size} of {job.file.path}: they are fetched again.")
            job.doubt(damaged)
            return
        self._compare_all(job)

    def _compare_all(self, job: Job) -> None:
        """Let all of a file be compared with what an origin has, another one if there is one."""
        name = job.file.path
        if job.passes and not job.differing_bytes:
            raise DownloadError(
                f"{name} is not what it should be: its source has another one than it says.",
                hint="Choose another source, or look the model up again. What has come is kept.",
                kind="changed",
            )
        if job.passes >= max(_PASSES, len(self._origins)):
            raise DownloadError(
                f"{name} is not what it should be, also after it was fetched again.",
                hint="The line, the memory or the disk may be at fault. What has come is kept.",
                kind="damaged",
            )
        job.passes += 1
        job.differing_bytes = 0
        self._say(f"{name} is not what it should be: it is compared with its source.")
        job.doubt(job.journal.blocks(job.file) or (Block(0, job.file.size_bytes, 0),))

    def _crc(self, job: Job, block: Block) -> int:
        crc, at = 0, block.start
        while at < block.end and (data := job.part.read(at, min(_READ_BYTES, block.end - at))):
            if self._halt.is_set():
                raise Cancelled
            crc = zlib.crc32(data, crc)
            at += len(data)
        return crc
