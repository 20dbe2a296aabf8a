# SPDX-License-Identifier: Apache-2.0
"""Compares the bytes of models with what they should be."""

from __future__ import annotations

import hashlib
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ktdesk.errors import Cancelled
from ktdesk.hardware import physical_cores
from ktdesk.hardware.disks import describe_disk
from ktdesk.library.shelf.describe import SHA256
from ktdesk.library.shelf.facts import FileFacts
from ktdesk.library.shelf.model import LocalModel
from ktdesk.library.shelf.seal import Seal
from ktdesk.library.shelf.state import ModelFile

_CHUNK_BYTES = 4 << 20  # between two looks at whether to stop
_MOST_WORKERS = 8  # one core hashes 1 to 2 GB/s: more than that no disk gives

Report = Callable[[int, int], None]


class Outcome(Enum):
    """What came of comparing a file.

    RIGHT, WRONG: its bytes are what they should be, or not. UNKNOWN: nobody says what they should
    be. UNREADABLE: it could not be read to its end, or is not there. CHANGED: it was written to
    meanwhile.
    """

    RIGHT = "right"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FileResult:
    """What came of one file. sha256: of its bytes, '' if they were not read. reason: why not."""

    path: Path
    outcome: Outcome
    sha256: str = ""
    reason: str = ""


def verify(
    model: LocalModel,
    facts: FileFacts,
    progress: Report = lambda done, size: None,
    stop: threading.Event | None = None,
) -> tuple[FileResult, ...]:
    """Read every byte of a model's files, and keep in the facts what they are.

    progress: gets the bytes that were read and those of all files, from several threads, one at a
    time. Raises Cancelled soon after `stop` is set; what was found of whole files until then stays.
    """
    reading = _Reading(model, facts, progress, stop or threading.Event())
    with ThreadPoolExecutor(_workers(model), thread_name_prefix="verify") as pool:
        jobs = {pool.submit(reading.compare, file): file.path for file in model.files}
        try:
            results = {jobs[job]: job.result() for job in as_completed(jobs)}
        except BaseException:
            reading.stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return tuple(results[file.path] for file in model.files)


def hash_file(path: Path, count: Callable[[int], None], stop: threading.Event) -> str:
    """Return the sha256 of a file. count: gets the bytes of each chunk. OSError, Cancelled.

    What was read is not kept in the system's cache, where it would take the place of a model that
    is in use.
    """
    digest, buffer = hashlib.sha256(), bytearray(_CHUNK_BYTES)
    view, at = memoryview(buffer), 0
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(buffer):
            if stop.is_set():
                raise Cancelled
            digest.update(view[:size])
            if sys.platform == "linux":
                os.posix_fadvise(file.fileno(), at, size, os.POSIX_FADV_DONTNEED)
            at += size
            count(size)
    return digest.hexdigest()


class _Reading:
    """One run over the files of a model, in several threads."""

    def __init__(
        self, model: LocalModel, facts: FileFacts, progress: Report, stop: threading.Event
    ) -> None:
        self.stop = stop
        self._facts, self._progress = facts, progress
        self._lock = threading.Lock()
        self._done, self._size = 0, model.size_bytes

    def compare(self, file: ModelFile) -> FileResult:
        if self.stop.is_set():
            raise Cancelled
        try:
            before = Seal.of(file.path)
            sha256 = hash_file(file.path, self._count, self.stop)
            after = Seal.of(file.path)
        except OSError as error:
            return FileResult(file.path, Outcome.UNREADABLE, reason=error.strerror or str(error))
        if after != before:
            return FileResult(file.path, Outcome.CHANGED)
        self._facts.keep(file.path, SHA256, [after], sha256)
        return FileResult(file.path, _outcome(file, sha256), sha256)

    def _count(self, size: int) -> None:
        with self._lock:
            self._done += size
            self._progress(self._done, self._size)


def _outcome(file: ModelFile, sha256: str) -> Outcome:
    if not file.expected_sha256:
        return Outcome.UNKNOWN
    return Outcome.RIGHT if sha256 == file.expected_sha256 else Outcome.WRONG


def _workers(model: LocalModel) -> int:
    """Return how many files to read at a time: of turning disks one, for the sake of the head."""
    is_turning = describe_disk(model.path.parent).kind == "hdd"
    return 1 if is_turning else max(1, min(_MOST_WORKERS, physical_cores(), len(model.files)))
