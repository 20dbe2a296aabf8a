# SPDX-License-Identifier: Apache-2.0
"""Which source is asked next, with a clock that a test turns."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from ktdesk.errors import Cancelled, DownloadError
from ktdesk.library.fetch import origins as module
from ktdesk.library.fetch.job import Job
from ktdesk.library.fetch.journal import Journal
from ktdesk.library.fetch.order import Address
from ktdesk.library.fetch.origins import Origins
from ktdesk.library.fetch.tuning import Tuning
from ktdesk.library.hub.listing import RemoteFile

OFFLINE = DownloadError("The host is not reached.", kind="offline")
A, B = "a", "b"


class Named:
    def __init__(self, name: str) -> None:
        self.id = name

    def address(self, file: RemoteFile) -> Address:
        raise NotImplementedError


class Clock(threading.Event):
    """An event whose waits turn the clock; nobody waits longer than an hour."""

    now = 1000.0

    def wait(self, timeout: float | None = None) -> bool:
        Clock.now += timeout or 0
        assert Clock.now < 1000 + 3600
        return self.is_set()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    Clock.now = 1000.0
    monkeypatch.setattr(module.time, "monotonic", lambda: Clock.now)
    monkeypatch.setattr(module.random, "uniform", lambda low, high: high)
    return Clock()


@pytest.fixture
def job(tmp_path: Path) -> Job:
    with Journal(tmp_path) as journal:
        return Job(RemoteFile("m", 9, "ab" * 32), tmp_path / "m", journal)


def waits(origins: Origins, job: Job, count: int) -> list[float]:
    """Return how long is waited after each of so many failures."""
    found: list[float] = []
    for _ in range(count):
        origin = origins.choose(job)
        origins.failed(origin, job, OFFLINE)
        before = Clock.now
        origins.choose(job)
        found.append(Clock.now - before)
    return found


def test_waits_grow_up_to_a_minute_and_never_end(clock: Clock, job: Job) -> None:
    origins = Origins([Named(A)], Tuning(), clock)
    assert waits(origins, job, 9) == pytest.approx([1, 2, 4, 8, 16, 32, 60, 60, 60], abs=0.2)
    origins.went_well(origins.choose(job))
    assert waits(origins, job, 2) == pytest.approx([1, 2], abs=0.2)


def test_another_source_is_asked_without_a_wait(clock: Clock, job: Job) -> None:
    origins = Origins([Named(A), Named(B)], Tuning(), clock)
    origins.failed(origins.choose(job), job, OFFLINE)
    assert origins.choose(job).id == B
    assert Clock.now == 1000
    Clock.now += 2
    assert origins.choose(job).id == A


def test_a_host_is_not_asked_before_it_says(clock: Clock, job: Job) -> None:
    origins = Origins([Named(A)], Tuning(), clock)
    busy = DownloadError("The host is busy.", kind="busy", retry_after_s=100)
    origins.failed(origins.choose(job), job, busy)
    origins.went_well(Named(A))  # another connection still brings something
    origins.choose(job)
    assert pytest.approx(100, abs=0.2) == Clock.now - 1000


def test_what_is_waited_for_is_told(clock: Clock, job: Job) -> None:
    origins = Origins([Named(A)], Tuning(), clock)
    assert origins.note == ""
    origins.failed(origins.choose(job), job, OFFLINE)
    notes: list[str] = []
    clock.wait = lambda timeout=None: notes.append(origins.note) or Clock.wait(clock, timeout)
    origins.choose(job)
    assert notes[0] == "The host is not reached. Next try in 1 s."
    assert origins.note == ""


def test_the_last_no_is_the_answer(clock: Clock, job: Job) -> None:
    origins = Origins([Named(A), Named(B)], Tuning(), clock)
    missing = DownloadError("It is not there.", kind="missing")
    origins.failed(origins.choose(job), job, missing)
    assert origins.choose(job).id == B
    with pytest.raises(DownloadError, match="not there"):
        origins.failed(origins.choose(job), job, missing)


def test_an_address_that_was_good_is_asked_for_again(clock: Clock, job: Job) -> None:
    origins = Origins([Named(A)], Tuning(tries=3), clock)
    refused = DownloadError("No.", kind="refused")
    for _ in range(2):
        job.addresses[A] = Address("http://signed")
        origins.failed(origins.choose(job), job, refused)
        assert job.addresses == {}
    job.addresses[A] = Address("http://signed")
    with pytest.raises(DownloadError):
        origins.failed(origins.choose(job), job, refused)


def test_a_sign_in_page_on_the_way_is_waited_out(clock: Clock, job: Job) -> None:
    """A host that has proved itself before may be hidden behind something for a while."""
    origins = Origins([Named(A)], Tuning(), clock)
    untrusted = DownloadError("It cannot prove itself.", kind="untrusted")
    with pytest.raises(DownloadError):
        origins.failed(Named(A), job, untrusted)
    job.failed_origins.clear()
    origins.went_well(Named(A))
    origins.failed(Named(A), job, untrusted)
    assert origins.choose(job).id == A


def test_without_a_hash_a_file_is_of_one_source(clock: Clock, job: Job) -> None:
    origins = Origins([Named(A), Named(B)], Tuning(), clock)
    job.file = replace(job.file, sha256="")
    job.source = B
    origins.failed(Named(B), job, OFFLINE)
    assert origins.choose(job).id == B
    job.source = "one that is gone"
    assert origins.choose(job).id == A


def test_after_a_wrong_sum_another_one_comes_first(clock: Clock, job: Job) -> None:
    origins = Origins([Named(A), Named(B)], Tuning(), clock)
    chosen: list[str] = []
    for job.passes in range(3):
        chosen.append(origins.choose(job).id)
    assert chosen == [A, B, A]


def test_a_stop_ends_the_wait(clock: Clock, job: Job) -> None:
    origins = Origins([Named(A)], Tuning(), clock)
    origins.failed(Named(A), job, OFFLINE)
    clock.set()
    with pytest.raises(Cancelled):
        origins.choose(job)
