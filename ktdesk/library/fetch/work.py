# SPDX-License-Identifier: Apache-2.0
"""All files of an order: who fetches and who verifies what next, and when it is over."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

from ktdesk.library.fetch.job import Claim, Job
from ktdesk.library.fetch.order import FileState
from ktdesk.library.fetch.tuning import Tuning


class Work:
    """Hands out parts to fetch and files to verify. From any thread.

    halt: set when everybody has to stop. error: what has ended it before all was complete.
    """

    def __init__(self, jobs: Sequence[Job], tuning: Tuning) -> None:
        self.jobs = tuple(jobs)
        self.halt = threading.Event()
        self.error: BaseException | None = None
        self._tuning = tuning
        self._changed = threading.Condition()
        self._open = [job for job in jobs if job.state is not FileState.COMPLETE]
        self._to_fetch = [job for job in self._open if not job.is_fetched]
        self._to_verify = deque(job for job in self._open if job.is_fetched)
        self._end_if_complete()

    def next_claim(self) -> Claim | None:
        """Return what to fetch next; waits while there may be more. None when it is over."""
        with self._changed:
            while not self.halt.is_set():
                for job in self._to_fetch:
                    if claim := job.claim(self._tuning.block_bytes):
                        return claim
                if claim := self._shared_claim():
                    return claim
                self._changed.wait(self._tuning.share_s / 4)
            return None

    def _shared_claim(self) -> Claim | None:
        """Return half of what would keep all waiting longest, if that is long."""
        slow = [
            claim
            for job in self._to_fetch
            for claim in job.running_claims()
            if claim.left_bytes > self._tuning.share_bytes and claim.left_s > self._tuning.share_s
        ]
        if not slow:
            return None
        slowest = max(slow, key=lambda claim: claim.left_s)
        return slowest.job.share(slowest)

    def end(self, claim: Claim) -> None:
        """Take note that nobody fetches a part any more, whether all of it has come or not."""
        claim.job.give_back(claim)
        self.look_at(claim.job)

    def look_at(self, job: Job) -> None:
        """Take note that what there is to do for a file may have changed."""
        with self._changed:
            if job.is_fetched and job in self._to_fetch:
                self._to_fetch.remove(job)
                self._to_verify.append(job)
            self._changed.notify_all()

    def next_to_verify(self) -> Job | None:
        """Return a file of which all has come; waits for one. None when it is over."""
        with self._changed:
            while not self.halt.is_set():
                if self._to_verify:
                    return self._to_verify.popleft()
                self._changed.wait()
            return None

    def fetch_again(self, job: Job) -> None:
        """Take note that parts of a file have to be fetched after all."""
        with self._changed:
            self._to_fetch.insert(0, job)
            self._changed.notify_all()

    def complete(self, job: Job) -> None:
        """Take note that a file is in its place."""
        with self._changed:
            self._open.remove(job)
            self._end_if_complete()

    def stop(self, error: BaseException | None = None) -> None:
        """Let everybody stop. The first error is kept."""
        with self._changed:
            if not self.halt.is_set():
                self.error = error
            self.halt.set()
            self._changed.notify_all()

    def _end_if_complete(self) -> None:
        if not self._open:
            self.halt.set()
        with self._changed:
            self._changed.notify_all()
