# SPDX-License-Identifier: Apache-2.0
"""Brings parts of files from an origin to the disk."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from ktdesk.errors import Cancelled, DownloadError
from ktdesk.library.fetch.job import Claim, Job
from ktdesk.library.fetch.meter import Meter
from ktdesk.library.fetch.offer import Offer, read_offer
from ktdesk.library.fetch.order import Address, Origin
from ktdesk.library.fetch.origins import Origins
from ktdesk.library.fetch.spans import Span
from ktdesk.library.fetch.speed_limit import SpeedLimit
from ktdesk.library.fetch.tuning import Tuning
from ktdesk.library.fetch.watch import Watch
from ktdesk.library.web import Response, Web

_READ_BYTES = 1 << 20
_DISK_PROBLEMS = ("full", "unwritable")


class Transfer:
    """Fetches claims; used by several threads at a time.

    say: gets a sentence about what the user should know. meter: counts what comes.
    """

    def __init__(
        self,
        web: Web,
        origins: Origins,
        limit: SpeedLimit,
        tuning: Tuning,
        halt: threading.Event,
        say: Callable[[str], None],
    ) -> None:
        self.meter = Meter()
        self._web = web
        self._origins = origins
        self._limit = limit
        self._tuning = tuning
        self._halt = halt
        self._say = say
        self._lock = threading.Lock()
        self._responses: set[Response] = set()
        self._asking: set[int] = set()

    def fetch(self, claim: Claim) -> None:
        """Fetch a part, or as much of it as comes; a failure that may pass is no error.

        Raises Cancelled, and DownloadError if the file cannot be had.
        """
        origin = self._origins.choose(claim.job)
        try:
            self._fetch_from(origin, claim)
        except DownloadError as error:
            if self._halt.is_set():
                raise Cancelled from None
            if error.kind in _DISK_PROBLEMS:
                raise
            self._origins.failed(origin, claim.job, error)

    def abort(self) -> None:
        """Let all reads end at once. The event to stop is set already."""
        with self._lock:
            for response in self._responses:
                response.abort()

    def is_asking(self, thread: threading.Thread) -> bool:
        """Return whether a thread waits for a host, and will do nothing once `halt` is set."""
        return thread.ident in self._asking

    def _fetch_from(self, origin: Origin, claim: Claim) -> None:
        job, span = claim.job, (claim.start, claim.end)  # others may take some of it meanwhile
        with self._answer(origin, job, span) as (address, response):
            offer = read_offer(response, span, job.file.size_bytes)
            with job.lock:
                fresh = Address(response.url) if response.has_left else address
                job.addresses[origin.id] = fresh
                if not job.has(claim) or not self._meet(origin, job, offer):
                    return
            if offer.is_whole and claim.left_bytes < job.file.size_bytes:
                self._fill_from_stream(origin, claim, response)
            else:
                self._fill(origin, claim, response)

    @contextmanager
    def _answer(self, origin: Origin, job: Job, span: Span) -> Generator[tuple[Address, Response]]:
        """Give an answer that `abort` can end, and the address that was asked."""
        me = threading.get_ident()
        self._asking.add(me)
        try:
            address, response = self._ask(origin, job, span)
        finally:
            self._asking.discard(me)
        with response:
            with self._lock:
                self._responses.add(response)
            try:
                if self._halt.is_set():  # it may have been set before `abort` could see this one
                    raise Cancelled
                yield address, response
            finally:
                with self._lock:
                    self._responses.discard(response)

    def _ask(self, origin: Origin, job: Job, span: Span) -> tuple[Address, Response]:
        address = job.addresses.get(origin.id) or origin.address(job.file)
        response = self._web.open(
            "GET",
            address.url,
            headers=address.headers,
            span=span,
            etag=job.etag if job.source == origin.id else "",
        )
        return address, response

    def _meet(self, origin: Origin, job: Job, offer: Offer) -> bool:
        """Return whether what comes belongs to what is on the disk, as far as it can be told.

        Without a sha256, all of a file has to come from one source that calls it the same.
        """
        etag = offer.etag if job.trusts_etags else ""
        is_known = job.source == origin.id
        is_changed = is_known and job.etag not in ("", etag)
        job.source, job.etag = origin.id, etag
        is_same = is_known and not is_changed and bool(etag or not offer.is_whole)
        if is_same or (job.file.sha256 and not is_changed):
            return True
        if job.done_bytes or (is_changed and len(job.claims) > 1):
            if not job.file.sha256:
                self._begin_again(origin, job)
                return False
            self._probe(job)
        # All of it comes because it was said to be another one: a part will come the next time.
        return not (is_changed and offer.is_whole)

    def _probe(self, job: Job) -> None:
        """Let a part of a file be compared, since the origin has another name for it by now.

        Hosts that call a file something else each time are taken for what they send: there is a
        sha256 that decides.
        """
        job.changes += 1
        if job.changes > self._tuning.tries:
            job.trusts_etags, job.etag = False, ""
            return
        blocks = job.journal.blocks(job.file)
        if blocks and not job.doubtful:
            job.is_probing, job.differing_bytes = True, 0
            job.doubt((min(blocks, key=lambda block: block.end - block.start),))

    def _begin_again(self, origin: Origin, job: Job) -> None:
        job.begin_again()
        self._say(f"{job.file.path} is another one at {origin.id} by now: it begins again.")
        job.changes += 1
        if job.changes > self._tuning.tries:
            raise DownloadError(
                f"{job.file.path} is another one each time that {origin.id} is asked.",
                hint="Choose another source.",
                kind="changed",
            )

    def _fill(self, origin: Origin, claim: Claim, response: Response) -> bool:
        """Write what comes, and keep it; return whether the claim stayed valid."""
        job, committed_at = claim.job, time.monotonic()
        watch = Watch(self._tuning, self._limit, response.host)
        try:
            while claim.left_bytes > 0:
                data = self._read(response, claim.left_bytes)
                if not claim.write(data):
                    return False
                self._account(origin, watch, len(data))
                if time.monotonic() - committed_at > self._tuning.commit_s:
                    claim.commit()
                    committed_at = time.monotonic()
        except (Cancelled, DownloadError) as error:
            # After a failure of the disk nothing can be said of what it has.
            if not (isinstance(error, DownloadError) and error.kind in _DISK_PROBLEMS):
                claim.commit()
            raise
        claim.commit()
        job.refusals.pop(origin.id, None)
        if job.is_probing and job.probe_differs():
            self._begin_again(origin, job)
        return True

    def _fill_from_stream(self, origin: Origin, claim: Claim, response: Response) -> None:
        """Write what is missing of a file that comes from its beginning, and pass over the rest."""
        job = claim.job
        if not job.stream(claim):
            return
        position = 0
        try:
            while claimed := job.claim_after(position, self._tuning.block_bytes):
                self._pass_over(origin, response, claimed.start - position)
                position = claimed.end
                is_valid = self._fill(origin, claimed, response)
                job.give_back(claimed)
                if not is_valid:
                    return
        finally:
            job.end_stream()

    def _pass_over(self, origin: Origin, response: Response, size: int) -> None:
        """Read bytes that are on the disk already."""
        watch = Watch(self._tuning, self._limit, response.host)
        while size:
            data = self._read(response, size)
            size -= len(data)
            self._account(origin, watch, len(data))

    def _read(self, response: Response, most_bytes: int) -> bytes:
        data = response.read(min(most_bytes, self._limit.piece_bytes(_READ_BYTES)))
        if not data:
            raise DownloadError(
                f"{response.host} ended the connection too early.",
                hint="Try again, or choose another source.",
                kind="offline",
            )
        return data

    def _account(self, origin: Origin, watch: Watch, size: int) -> None:
        """Take note of bytes that have come, and wait if they came too fast."""
        self._origins.went_well(origin)
        self.meter.add(size)
        self._limit.take(size, self._halt)
        if self._halt.is_set():
            raise Cancelled
        watch.add(size)
