# SPDX-License-Identifier: Apache-2.0
"""Which source is asked next, and when, after what has happened with each."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from ktdesk.errors import Cancelled, DownloadError
from ktdesk.library.fetch.job import Job
from ktdesk.library.fetch.order import Origin
from ktdesk.library.fetch.tuning import Tuning

_LOOK_S = 0.1  # how soon those who wait notice that there is nothing to wait for any more


@dataclass(slots=True)
class _Health:
    """Of an origin. ready_at: until something goes well. busy_until: whatever goes well."""

    failures: int = 0
    ready_at: float = 0.0
    busy_until: float = 0.0
    has_worked: bool = False
    reason: str = ""

    @property
    def wait_until(self) -> float:
        return max(self.ready_at, self.busy_until)


class Origins:
    """The origins of an order, the preferred one first. From any thread."""

    def __init__(self, origins: Sequence[Origin], tuning: Tuning, halt: threading.Event) -> None:
        self._origins = tuple(origins)
        self._tuning = tuning
        self._halt = halt
        self._health = {origin.id: _Health() for origin in origins}
        self._lock = threading.Lock()
        self._waiting: dict[int, _Health] = {}  # by thread

    def __len__(self) -> int:
        return len(self._origins)

    @property
    def note(self) -> str:
        """What is waited for, in a sentence; '' if nothing is."""
        with self._lock:
            waiting = list(self._waiting.values())
        if not waiting:
            return ""
        health = min(waiting, key=lambda one: one.wait_until)
        seconds = max(1, round(health.wait_until - time.monotonic()))
        return f"{health.reason} Next try in {seconds} s."

    def choose(self, job: Job) -> Origin:
        """Return the origin to ask for a part of a file; waits until one may be asked.

        Raises Cancelled.
        """
        me = threading.get_ident()
        try:
            while not self._halt.is_set():
                usable = self._usable(job)
                if not usable:  # another thread says so, and ends all
                    self._halt.wait(_LOOK_S)
                    continue
                first = min(usable, key=lambda one: max(self._wait_s(one), 0))
                wait_s = self._wait_s(first)
                if wait_s <= 0:
                    return first
                with self._lock:
                    self._waiting[me] = self._health[first.id]
                self._halt.wait(min(wait_s, _LOOK_S))
            raise Cancelled
        finally:
            with self._lock:
                self._waiting.pop(me, None)

    def went_well(self, origin: Origin) -> None:
        """Take note that an origin has sent something."""
        health = self._health[origin.id]
        if health.failures or not health.has_worked:
            with self._lock:
                health.failures, health.ready_at, health.has_worked = 0, 0.0, True

    def failed(self, origin: Origin, job: Job, error: DownloadError) -> None:
        """Take note of a failure; raise the error if no origin is left that may give the file."""
        with self._lock:
            health = self._health[origin.id]
            is_passing = error.is_retryable or (error.kind == "untrusted" and health.has_worked)
            if is_passing:
                self._cool(health, error)
                return
        with job.lock:
            was_good = job.addresses.pop(origin.id, None) is not None
            refusals = job.refusals[origin.id] = job.refusals.get(origin.id, 0) + 1
            if was_good and refusals < self._tuning.tries:
                return  # the address may have expired: a new one is asked for
            job.failed_origins.add(origin.id)
            if not self._usable(job):
                raise error

    def _cool(self, health: _Health, error: DownloadError) -> None:
        now = time.monotonic()
        health.failures += 1
        wait_s = self._tuning.first_wait_s * 2 ** min(health.failures - 1, 30)
        wait_s = min(wait_s, self._tuning.longest_wait_s) * random.uniform(0.5, 1)
        health.ready_at = max(health.ready_at, now + wait_s)
        if error.retry_after_s is not None:
            health.busy_until = max(health.busy_until, now + error.retry_after_s)
        health.reason = str(error)

    def _usable(self, job: Job) -> list[Origin]:
        """Return those that may give a file, the preferred one first.

        Nothing but its sha256 says that two origins have the same file; without it, it comes from
        one alone. After a checksum that did not fit, another one comes first.
        """
        usable = [one for one in self._origins if one.id not in job.failed_origins]
        if job.file.sha256:
            turn = job.passes % max(len(usable), 1)
            return usable[turn:] + usable[:turn]
        if any(one.id == job.source for one in self._origins):
            return [one for one in usable if one.id == job.source]
        return usable[:1]

    def _wait_s(self, origin: Origin) -> float:
        return self._health[origin.id].wait_until - time.monotonic()
