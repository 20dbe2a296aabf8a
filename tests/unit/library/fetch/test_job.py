# SPDX-License-Identifier: Apache-2.0
"""A file on its way, and the parts that threads have of it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ktdesk.library.fetch.disk import PartFile
from ktdesk.library.fetch.job import Claim, Job
from ktdesk.library.fetch.journal import Block, Journal
from ktdesk.library.hub.listing import RemoteFile

FILE = RemoteFile("m", 100, "ab" * 32)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal(tmp_path) as journal:
        yield journal


@pytest.fixture
def job(tmp_path: Path, journal: Journal) -> Iterator[Job]:
    job = Job(FILE, tmp_path / "m", journal)
    job.take_up(journal.records((FILE,))[0], None)
    yield job
    job.close_part()


def claimed(job: Job, size: int = 40) -> Claim:
    claim = job.claim(size)
    assert claim
    return claim


def test_parts_are_handed_out_once_and_in_order(job: Job) -> None:
    parts = [claimed(job) for _ in range(3)]
    assert [(part.start, part.end) for part in parts] == [(0, 40), (40, 80), (80, 100)]
    assert job.claim(40) is None
    assert not job.is_fetched
    job.give_back(parts[1])
    assert claimed(job).start == 40


def test_only_what_is_committed_counts_and_the_rest_is_fetched_again(
    job: Job, journal: Journal, tmp_path: Path
) -> None:
    claim = claimed(job)
    claim.write(b"x" * 10)
    claim.commit()
    claim.write(b"y" * 10)
    assert job.done_bytes == 10
    assert journal.blocks(FILE) == (Block(0, 10, zlib.crc32(b"x" * 10)),)
    again = Job(FILE, tmp_path / "m", journal)
    again.take_up(journal.records((FILE,))[0], None)
    assert (again.done_bytes, again.missing) == (10, [(10, 100)])
    claim.commit()
    assert journal.blocks(FILE) == (Block(0, 20, zlib.crc32(b"x" * 10 + b"y" * 10)),)
    job.give_back(claim)
    assert job.missing == [(20, 100)] or job.missing == [(20, 40), (40, 100)]


def test_a_part_is_in_the_journal_only_once_it_is_on_the_disk(
    job: Job, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    sync, add = PartFile.sync, Journal.add
    monkeypatch.setattr(PartFile, "sync", lambda part: (happened.append("disk"), sync(part)))
    monkeypatch.setattr(
        Journal, "add", lambda book, *args: (happened.append("journal"), add(book, *args))
    )
    claim = claimed(job)
    claim.write(b"x")
    claim.commit()
    claim.write(b"y")
    claim.commit()
    claim.commit()
    assert happened == ["disk", "journal"] * 2


def test_a_claim_that_was_taken_back_writes_nothing(job: Job, tmp_path: Path) -> None:
    claim = claimed(job)
    claim.write(b"old")
    job.begin_again()
    assert not claim.write(b"old")
    claim.commit()
    new = claimed(job)
    new.write(b"new")
    new.commit()
    assert (tmp_path / "m.part").read_bytes() == b"new"
    assert job.done_bytes == 3


def test_half_of_a_claim_goes_to_another(job: Job) -> None:
    first = claimed(job, 100)
    first.write(b"x" * 20)
    second = job.share(first)
    assert second
    assert (first.end, second.start, second.end) == (60, 60, 100)
    first.write(b"x" * 70)  # what has come beyond its end is not its own
    assert first.position == 60
    second.write(b"y" * 40)
    for claim in (first, second):
        claim.commit()
        job.give_back(claim)
    assert job.is_fetched
    assert job.done_bytes == 100
    assert job.share(first) is None


def test_a_part_that_the_disk_lost_is_missing(job: Job, journal: Journal, tmp_path: Path) -> None:
    for claim in (claimed(job, 50), claimed(job, 50)):
        claim.write(b"x" * 50)
        claim.commit()
    with (tmp_path / "m.part").open("r+b") as file:
        file.truncate(70)
    again = Job(FILE, tmp_path / "m", journal)
    again.take_up(journal.records((FILE,))[0], None)
    assert again.missing == [(50, 100)]
    (tmp_path / "m.part").unlink()
    again.take_up(journal.records((FILE,))[0], None)
    assert again.missing == [(0, 100)]
    assert journal.blocks(FILE) == ()


def test_a_comparison_writes_only_what_differs(job: Job) -> None:
    claim = claimed(job, 100)
    claim.write(bytes(100))
    claim.commit()
    job.give_back(claim)
    job.doubt((Block(0, 100, 0),))
    assert (job.done_bytes, job.is_fetched) == (0, False)
    claim = claimed(job, 100)
    claim.write(bytes(50))
    assert job.differing_bytes == 0
    claim.write(b"x" * 50)
    assert job.differing_bytes == 50
    claim.commit()
    assert job.part.read(0, 100) == bytes(50) + b"x" * 50
    assert job.done_bytes == 100
