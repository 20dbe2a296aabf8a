# SPDX-License-Identifier: Apache-2.0
"""Compares the bytes of models with what they should be."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from ktdesk.errors import Cancelled, LibraryError
from ktdesk.hardware import physical_cores
from ktdesk.hardware.disks import describe_disk
from ktdesk.library.shelf.facts import BLOCKS, OWN, SHA256, FileFacts
from ktdesk.library.shelf.lock_file import write_lock
from ktdesk.library.shelf.model import LocalModel
from ktdesk.library.shelf.reading import Block, hash_file, wrong_blocks
from ktdesk.library.shelf.seal import Seal
from ktdesk.library.shelf.state import ModelFile

log = logging.getLogger(__name__)

_MOST_WORKERS = 8  # one core hashes 1 to 2 GB/s: more than that no disk gives

Report = Callable[[int, int], None]


class Outcome(Enum):
    """What came of comparing a file.

    RIGHT, WRONG: its bytes are what they should be, or not. UNKNOWN: nobody says what they should
    be; what they are is kept, and what they are to stay. SAME: they are what was kept so.
    UNREADABLE: it could not be read to its end, or is not there. CHANGED: it was written to
    meanwhile.
    """

    RIGHT = "right"
    SAME = "same"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class FileResult:
    """What came of one file.

    sha256: of its bytes, '' if they were not read. reason: why not. bad: start and end of the parts
    that are wrong, where that can be told: when the file was right before, here.
    """

    path: Path
    outcome: Outcome
    sha256: str = ""
    reason: str = ""
    bad: tuple[tuple[int, int], ...] = ()


def verify(
    model: LocalModel,
    facts: FileFacts,
    progress: Report = lambda done, size: None,
    stop: threading.Event | None = None,
    *,
    stays_cached: bool = False,
) -> tuple[FileResult, ...]:
    """Read every byte of a model's files, and keep in the facts what they are.

    stays_cached: the files are read again soon, and what they take of the system's cache is free.
    progress: gets the bytes that were read and those of all files, from several threads, one at a
    time. Raises Cancelled soon after `stop` is set; what was found of whole files until then stays.
    """
    reading = _Reading(model, facts, progress, stop or threading.Event(), stays_cached)
    with ThreadPoolExecutor(_workers(model), thread_name_prefix="verify") as pool:
        jobs = {pool.submit(reading.compare, file): file.path for file in model.files}
        try:
            results = {jobs[job]: job.result() for job in as_completed(jobs)}
        except BaseException:
            reading.stop.set()
            pool.shutdown(cancel_futures=True)
            raise
        finally:
            _seal(model, reading.seals)
    return tuple(results[file.path] for file in model.files)


class _Reading:
    """One run over the files of a model, in several threads."""

    def __init__(
        self, model: LocalModel, facts: FileFacts, progress: Report, stop: threading.Event,
        stays_cached: bool,
    ) -> None:  # fmt: skip
        self.stop, self._stays_cached = stop, stays_cached
        self._facts, self._progress = facts, progress
        self._lock = threading.Lock()
        self._done, self._size = 0, model.size_bytes
        self.seals: dict[Path, Seal | None] = {}  # None: the file's bytes are wrong

    def compare(self, file: ModelFile) -> FileResult:
        if self.stop.is_set():
            raise Cancelled
        blocks: list[Block] = []
        try:
            before = Seal.of(file.path)
            sha256 = hash_file(
                file.path, self._count, self.stop, blocks, stays_cached=self._stays_cached
            )
            after = Seal.of(file.path)
            if after != before:
                return FileResult(file.path, Outcome.CHANGED)
            self._facts.keep(file.path, SHA256, [after], sha256)
            return self._judge(file, after, sha256, blocks)
        except OSError as error:
            return FileResult(file.path, Outcome.UNREADABLE, reason=error.strerror or str(error))

    def _judge(self, file: ModelFile, seal: Seal, sha256: str, blocks: list[Block]) -> FileResult:
        """Compare with what it should be, and with what it was when it was right."""
        expected = file.expected_sha256
        if file.is_own and seal != file.seal:  # it is another file by now
            expected = ""
        if not expected:
            self._facts.keep(file.path, OWN, [seal], sha256)
            return FileResult(file.path, Outcome.UNKNOWN, sha256)
        if file.is_own:
            is_same = sha256 == expected
            return FileResult(file.path, Outcome.SAME if is_same else Outcome.WRONG, sha256)
        if sha256 == expected:
            self.seals[file.path] = seal
            self._facts.keep(file.path, BLOCKS, [seal], blocks)
            return FileResult(file.path, Outcome.RIGHT, sha256)
        self.seals[file.path] = None
        bad = wrong_blocks(file.path, self._facts.blocks(file.path), self.stop)
        return FileResult(file.path, Outcome.WRONG, sha256, bad=bad)

    def _count(self, size: int) -> None:
        with self._lock:
            self._done += size
            self._progress(self._done, self._size)


def _seal(model: LocalModel, seals: dict[Path, Seal | None]) -> None:
    """Say in the lock which files are right now, and no longer of others that they are."""
    if not (model.lock and model.lock_folder and seals):
        return
    own = {model.lock_folder / file.path: file for file in model.lock.files}
    found = {own[path]: seal for path, seal in seals.items() if path in own}
    sealed = tuple((file.path, seal) for file, seal in found.items() if seal)
    try:
        write_lock(model.lock_folder, replace(model.lock, files=tuple(found), seals=sealed))
    except LibraryError as error:  # a disk that is only read: the facts know it
        log.info("%s", error)


def _workers(model: LocalModel) -> int:
    """Return how many files to read at a time: of turning disks one, for the sake of the head."""
    is_turning = describe_disk(model.path.parent).kind == "hdd"
    return 1 if is_turning else max(1, min(_MOST_WORKERS, physical_cores(), len(model.files)))
