# SPDX-License-Identifier: Apache-2.0
"""Who gets the engine when: a queue of jobs, fair between their owners, and the model they need.

Each place is a thread that carries one job at a time to the engine, so no job has a thread of its
own. As many places are used as the loaded model answers requests at a time: jobs of that model run
side by side, and one of another model waits until all places are free.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ktdesk.engine import Engine
from ktdesk.errors import Cancelled, KTDeskError
from ktdesk.runtime.progress import LoadProgress, Report
from ktdesk.runtime.request import NOTHING_DONE, Done, Failed
from ktdesk.server.failures import ApiError, fault
from ktdesk.server.fair_queue import FairQueue
from ktdesk.server.job import Item, Job

log = logging.getLogger(__name__)

_RETRY_S = 5
STEP_ANSWERS = 8  # that share a step, at most

Load = Callable[[Path, Report], None]


class Dispatcher:
    """Runs jobs on an engine. Thread-safe.

    load: loads a model into the engine; as `Engine.load` may raise. None: somebody else does, who
    has the engine, too; then no model is unloaded either, and a job of one that is not loaded
    fails. places: how many jobs run at once, at most. queue_length: how many may wait. keep_s: how
    long a model stays without work, below 0 for good. Its threads run from `start` to `close`.
    """

    def __init__(
        self,
        engine: Engine,
        load: Load | None,
        *,
        queue_length: int,
        keep_s: float,
        places: int = STEP_ANSWERS,
    ) -> None:
        self.loading: LoadProgress | None = None
        self._engine, self._load = engine, load
        self._queue, self._limit, self._keep_s = FairQueue(), queue_length, keep_s
        self._running: set[Job] = set()
        self._expires: float | None = None
        self._is_ending = self._is_closed = False
        self._changed = threading.Condition()
        self._places, self._threads = places, list[threading.Thread]()

    def start(self) -> None:
        """Begin to run jobs."""
        for place in range(self._places):
            thread = threading.Thread(target=self._serve_all, name=f"place-{place}")
            self._threads.append(thread)
            thread.start()

    @property
    def model(self) -> Path | None:
        """The model that is loaded."""
        info = self._engine.info
        return info.path if info else None

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return len(self._queue)

    @property
    def running(self) -> int:
        """How many jobs run."""
        return len(self._running)

    @property
    def places(self) -> int:
        """Return how many jobs may run at once now."""
        info = self._engine.info
        return min(self._places, info.parallel if info else 1)

    @property
    def expires_in_s(self) -> float | None:
        """When the model will be unloaded if nothing comes; None: not at all."""
        expires = self._expires
        return None if expires is None else max(0.0, expires - time.monotonic())

    def submit(self, *jobs: Job) -> None:
        """Let jobs wait for their turn. Raises ApiError if there is no room for all of them."""
        with self._changed:
            if self._is_ending:
                raise _ending()
            free = max(0, self.places - len(self._running))  # whose next jobs wait for no one
            if len(self._queue) + len(jobs) > self._limit + free:
                raise ApiError(
                    503,
                    f"The server is busy: {len(self._queue)} requests wait.",
                    hint="Try again later.",
                    retry_after_s=_RETRY_S,
                )
            for job in jobs:
                self._queue.push(job)
            self._changed.notify_all()

    def cancel(self, job: Job) -> None:
        """Free a job's place, wherever it is. What it has given so far stands."""
        with self._changed:
            was_waiting = self._queue.remove(job)
        with job.lock:
            job.is_cancelled = True
            if job.request_id:
                self._engine.cancel(job.request_id)
        if was_waiting:
            job.put(Done("cancelled", NOTHING_DONE))

    def end(self) -> None:
        """Refuse new jobs, and those that wait."""
        with self._changed:
            self._is_ending = True
            waiting = list(self._queue)
            for job in waiting:
                self._queue.remove(job)
        for job in waiting:
            job.put(Failed(_ending()))

    def cut(self) -> None:
        """Stop the jobs that run: what they have answered so far stands."""
        for job in list(self._running):
            self.cancel(job)

    def close(self) -> None:
        """End everything and wait for it; the memory of models it has loaded is given back."""
        self.end()
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        self.cut()
        for thread in self._threads:
            thread.join()
        if self._load:
            self._engine.unload()

    def _serve_all(self) -> None:
        while job := self._next():
            try:
                self._serve(job)
            finally:
                with self._changed:
                    self._running.discard(job)
                    self._note_end(job)
                    self._changed.notify_all()

    def _next(self) -> Job | None:
        """Return the next job, once it may run; None when no more will."""
        with self._changed:
            while not self._is_closed:
                job = self._queue.first()
                if job and self._may_run(job):
                    self._expires = None
                    self._running.add(job)
                    return self._queue.take()
                if not self._running and self.expires_in_s == 0.0:
                    self._expires = None
                    unload = Job(None, lambda engine: iter(()))
                    self._running.add(unload)
                    return unload
                self._changed.wait(None if self._running else self.expires_in_s)
            return None

    def _may_run(self, job: Job) -> bool:
        has_place = len(self._running) < self.places and job.model == self.model
        return not self._running or has_place

    def _serve(self, job: Job) -> None:
        last: Item | None = None
        try:
            self._make_ready(job)
            with job.lock:
                if job.is_cancelled:
                    raise Cancelled  # noqa: TRY301 - what the engine raises in the same case
                events = job.work(self._engine)
            for last in events:
                job.put(last)
        except Cancelled:
            last = None
        except KTDeskError as error:
            job.put(last := Failed(error))
        except Exception:
            log.exception("KTDesk has a fault")
            job.put(last := Failed(fault()))
        if not isinstance(last, (Done, Failed)):
            job.put(Done("cancelled" if job.is_cancelled else "end", NOTHING_DONE))

    def _make_ready(self, job: Job) -> None:
        """Load the job's model, if it is not. Raises what loading does."""
        if job.model == self.model:
            return
        if self._load is None:
            raise _not_loaded()
        if job.model is None:
            self._engine.unload()
            return

        def report(now: LoadProgress) -> None:
            if job.is_cancelled and not self._is_wanted(job.model):
                raise Cancelled
            self.loading = now
            job.put(now)

        try:
            self._load(job.model, report)
        finally:
            self.loading = None
            with self._changed:
                self._changed.notify_all()  # others of this model need not wait any more

    def _is_wanted(self, model: Path | None) -> bool:
        with self._changed:
            return any(job.model == model for job in self._queue)

    def _note_end(self, job: Job) -> None:
        """Decide how long the model stays now."""
        keep_s = self._keep_s if job.keep_s is None else job.keep_s
        has_end = self._load is not None and self.model is not None and keep_s >= 0
        self._expires = time.monotonic() + keep_s if has_end else None


def _ending() -> ApiError:
    return ApiError(503, "The server is ending.", retry_after_s=_RETRY_S)


def _not_loaded() -> ApiError:
    return ApiError(
        503,
        "Which model is loaded is decided in KTDesk's window, and it is not this one.",
        hint="Load it there, or ask for the one that /v1/models names.",
        retry_after_s=_RETRY_S,
    )
