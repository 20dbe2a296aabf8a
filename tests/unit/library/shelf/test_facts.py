# SPDX-License-Identifier: Apache-2.0
"""What is known about files, also where it cannot be kept."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from ktdesk.library.shelf.facts import FileFacts
from ktdesk.library.shelf.seal import Seal

SEAL, OTHER = Seal(1, 2, 2**63 + 5), Seal(1, 2, 4)


def test_a_fact_holds_for_the_seals_it_was_given_with(tmp_path: Path) -> None:
    with closing(FileFacts(tmp_path / "facts")) as facts:
        facts.keep(Path("/m/a"), "kind", [SEAL], {"x": 1})
        facts.keep(Path("/m/a"), "other", [SEAL], "text")
        facts.keep(Path("/n/a"), "kind", [SEAL, OTHER], None)
        assert facts.get(Path("/m/a"), "kind", [SEAL]) == {"x": 1}
        assert facts.get(Path("/m/a"), "kind", [OTHER]) is None
        assert facts.get(Path("/m/a"), "kind", [SEAL, SEAL]) is None
        assert facts.below(Path("/m"), "kind") == [(Path("/m/a"), {"x": 1})]
        facts.forget([Path("/m/a")], "other")
        assert facts.get(Path("/m/a"), "other", [SEAL]) is None
        assert facts.get(Path("/m/a"), "kind", [SEAL]) == {"x": 1}
        facts.forget([Path("/m/a")])
        assert facts.get(Path("/m/a"), "kind", [SEAL]) is None


def test_names_that_begin_alike_are_others(tmp_path: Path) -> None:
    with closing(FileFacts(tmp_path / "facts")) as facts:
        facts.keep(Path("/mm/a"), "kind", [SEAL], 1)
        facts.keep(Path("/m_/a"), "kind", [SEAL], 1)
        assert facts.below(Path("/m"), "kind") == []


@pytest.mark.logs("cannot be used")
@pytest.mark.parametrize("content", [b"junk" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "facts"
    path.write_bytes(content)
    for _ in range(2):
        with closing(FileFacts(path)) as facts:
            facts.keep(Path("a"), "kind", [SEAL], 1)
            assert facts.get(Path("a"), "kind", [SEAL]) == 1
    assert path.read_bytes() != content


def test_facts_of_another_version_are_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "facts"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE facts (strange INTEGER)")
        database.execute("PRAGMA user_version = 99")
        database.commit()
    with closing(FileFacts(path)) as facts:
        facts.keep(Path("a"), "kind", [SEAL], 1)
        assert facts.get(Path("a"), "kind", [SEAL]) == 1


@pytest.mark.logs("cannot be used")
def test_where_nothing_can_be_written_facts_last_as_long_as_the_program(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with closing(FileFacts(tmp_path / "file" / "facts")) as facts:
        facts.keep(Path("a"), "kind", [SEAL], 1)
        assert facts.get(Path("a"), "kind", [SEAL]) == 1


@pytest.mark.logs("cannot be kept")
def test_after_it_was_closed_nothing_is_known(tmp_path: Path) -> None:
    facts = FileFacts(tmp_path / "facts")
    facts.close()
    facts.keep(Path("a"), "kind", [SEAL], 1)
    assert facts.get(Path("a"), "kind", [SEAL]) is None


def test_two_programs_and_many_threads_share_it(tmp_path: Path) -> None:
    path = tmp_path / "facts"
    with closing(FileFacts(path)) as one, closing(FileFacts(path)) as two:

        def work(facts: FileFacts, number: int) -> None:
            for each in range(50):
                facts.keep(Path(f"/{number}/{each}"), "kind", [SEAL], each)

        jobs = [(facts, n) for n, facts in enumerate((one, two, one, two))]
        threads = [threading.Thread(target=work, args=job) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(one.below(Path("/"), "kind")) == 200
