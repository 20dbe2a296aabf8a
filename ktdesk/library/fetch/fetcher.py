# SPDX-License-Identifier: Apache-2.0
"""Fetches the files of one order: threads that fetch, one that verifies, and the caller's."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from ktdesk.errors import Cancelled, DownloadError, LibraryError
from ktdesk.library.fetch.disk import disk_errors
from ktdesk.library.fetch.job import Job
from ktdesk.library.fetch.journal import Block, Journal
from ktdesk.library.fetch.names import check_names, place
from ktdesk.library.fetch.order import Order, Origin, Progress
from ktdesk.library.fetch.origins import Origins
from ktdesk.library.fetch.space import check_space
from ktdesk.library.fetch.speed_limit import SpeedLimit
from ktdesk.library.fetch.transfer import Transfer
from ktdesk.library.fetch.tuning import Tuning
from ktdesk.library.fetch.verifier import Verifier
from ktdesk.library.fetch.work import Work
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.shelf.facts import BLOCKS, FileFacts
from ktdesk.library.shelf.lock_file import ModelLock, read_locks, write_lock
from ktdesk.library.shelf.seal import Seal
from ktdesk.library.web import Web

log = logging.getLogger(__name__)

_LOOK_S = 0.05  # for `stop`
_LEAVE_S = 0.5  # how long hosts that do not answer are waited for after `stop`
_SHOWN_S = 20.0  # how long what was said is shown


class Fetcher:
    """Fetches one order into its folder; what is there already is not fetched again.

    origins: the preferred one first; others are asked when it fails, for files whose sha256 is
    known. limit: shared with others. Raises DownloadError if a file's name is not acceptable.
    """

    def __init__(
        self,
        order: Order,
        origins: Sequence[Origin],
        web: Web,
        *,
        limit: SpeedLimit | None = None,
        tuning: Tuning | None = None,
    ) -> None:
        check_names(file.path for file in order.files)
        self._order = order
        self._origins = tuple(origins)
        self._web = web
        self._limit = limit or SpeedLimit()
        self._tuning = tuning or Tuning()
        self._said: tuple[float, str] = (0.0, "")

    def run(self, stop: threading.Event, report: Callable[[Progress], None]) -> None:
        """Fetch, verify and put in place all files; return when all are complete.

        stop: ends it within about a second; everything that has come is kept. report: gets the
        progress a few times a second, in the thread of the caller.

        Raises Cancelled after `stop`, and DownloadError. Failures that may pass are waited out
        without end, so an error is one that somebody has to do something about.
        """
        folder = self._order.folder
        with disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        with Journal(folder) as journal:
            jobs = self._take_up(journal)
            check_space(folder, jobs)
            self._fetch(jobs, stop, report)
            self._write_lock(jobs)
            _keep_blocks(jobs)
            journal.finish(tuple(file.path for file in self._order.files))

    def _take_up(self, journal: Journal) -> list[Job]:
        """Return the files as far as they are."""
        jobs: list[Job] = []
        seals = _known_seals(self._order.folder)
        files = self._order.files
        for file, record in zip(files, journal.records(files), strict=True):
            job = Job(file, place(self._order.folder, file.path), journal)
            with disk_errors(job.target):
                job.take_up(record, seals.get(file))
                if job.is_in_place:
                    _recall_blocks(job)
            jobs.append(job)
        return jobs

    def _fetch(
        self, jobs: Sequence[Job], stop: threading.Event, report: Callable[[Progress], None]
    ) -> None:
        work = Work(jobs, self._tuning)
        origins = Origins(self._origins, self._tuning, work.halt)
        transfer = Transfer(self._web, origins, self._limit, self._tuning, work.halt, self._say)
        verifier = Verifier(origins, work.halt, self._say)
        threads = [
            threading.Thread(target=_fetch_all, args=(work, transfer), name="fetch", daemon=True)
            for _ in range(self._tuning.connections)
        ]
        threads.append(
            threading.Thread(target=_verify_all, args=(work, verifier), name="verify", daemon=True)
        )
        report(self._progress(jobs, origins, transfer))
        reported_at = time.monotonic()
        for thread in threads:
            thread.start()
        try:
            while not work.halt.wait(_LOOK_S) and not stop.is_set():
                if time.monotonic() - reported_at >= self._tuning.report_s:
                    report(self._progress(jobs, origins, transfer))
                    reported_at = time.monotonic()
        finally:
            is_whole = work.halt.is_set() and work.error is None
            work.stop()
            transfer.abort()
            _wait_for(threads, transfer)
            for job in jobs:
                job.close_part()
        report(self._progress(jobs, origins, transfer))
        if work.error:
            raise work.error
        if not is_whole:
            raise Cancelled

    def _progress(self, jobs: Sequence[Job], origins: Origins, transfer: Transfer) -> Progress:
        said_at, said = self._said
        note = origins.note or (said if time.monotonic() - said_at < _SHOWN_S else "")
        files = tuple(job.progress() for job in jobs)
        return Progress(files, transfer.meter.bytes_per_s(), note)

    def _say(self, sentence: str) -> None:
        log.info("%s: %s", self._order.title, sentence)
        self._said = (time.monotonic(), sentence)

    def _write_lock(self, jobs: Sequence[Job]) -> None:
        order = self._order
        seals = tuple((job.file.path, job.seal) for job in jobs if job.seal)
        lock = ModelLock(order.source, order.repository, order.revision, order.files, seals)
        try:
            write_lock(order.folder, lock)
        except LibraryError as error:
            raise DownloadError(str(error), hint=error.hint, kind="unwritable") from error


def _recall_blocks(job: Job) -> None:
    """Take up what a file in its place was when it was right, so that its wrong parts are found."""
    with closing(FileFacts()) as facts:
        for block in facts.blocks(job.target):
            job.journal.add(job.file.path, Block(*block), "", "")


def _keep_blocks(jobs: Sequence[Job]) -> None:
    """Keep what right files consist of, for the day when a disk has damaged them."""
    with closing(FileFacts()) as facts:
        for job in jobs:
            blocks = job.journal.blocks(job.file)
            if job.seal and blocks:
                rows = [(block.start, block.end, block.crc) for block in blocks]
                facts.keep(job.target, BLOCKS, [job.seal], rows)


def _known_seals(folder: Path) -> dict[RemoteFile, Seal]:
    """Return the seals of files that were verified by earlier orders."""
    try:
        locks = read_locks(folder)
    except LibraryError:
        return {}
    seals = {path: seal for lock in locks for path, seal in lock.seals}
    files = [file for lock in locks for file in lock.files]
    return {file: seals[file.path] for file in files if file.path in seals}


def _fetch_all(work: Work, transfer: Transfer) -> None:
    """Fetch parts until it is over."""
    with _stopping(work):
        while claim := work.next_claim():
            try:
                transfer.fetch(claim)
            finally:
                work.end(claim)


def _verify_all(work: Work, verifier: Verifier) -> None:
    """Verify files until it is over."""
    with _stopping(work):
        while job := work.next_to_verify():
            if verifier.verify(job):
                work.complete(job)
            else:
                work.fetch_again(job)


@contextmanager
def _stopping(work: Work) -> Generator[None]:
    """Stop all threads when one cannot go on; the thread of the caller raises why."""
    try:
        yield
    except Cancelled:
        work.stop()
    except BaseException as error:  # noqa: BLE001 - raised again by the one who waits
        work.stop(error)


def _wait_for(threads: Sequence[threading.Thread], transfer: Transfer) -> None:
    """Wait until no thread does anything any more.

    Those that wait for a host to answer are left after a while: they end as soon as it does.
    """
    leave_at = time.monotonic() + _LEAVE_S
    for thread in threads:
        while thread.is_alive():
            thread.join(_LOOK_S)
            if time.monotonic() > leave_at and transfer.is_asking(thread):
                break
