# SPDX-License-Identifier: Apache-2.0
"""Counts of experts on their way to the disk, which may be slower than answers end."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from ktdesk.operators.expert_use import ExpertUse
from ktdesk.runtime import kept_use
from ktdesk.runtime.kept_use import KeptUse

FILE = Path("counts.npy")


class Disk:
    """Takes counts, but each only when it may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may, self.taken = threading.Semaphore(0), list[NDArray[np.int64]]()
        self.begun = threading.Semaphore(0)
        self.fails = False
        monkeypatch.setattr(kept_use, "add_counts", self._add)
        monkeypatch.setattr(kept_use, "counts_file", lambda checkpoint: FILE)

    def _add(self, file: Path, counts: NDArray[np.int64]) -> None:
        assert file == FILE
        self.begun.release()
        assert self.may.acquire(timeout=20)
        if self.fails:
            raise OSError("full")
        self.taken.append(counts)


def wait_for_end() -> None:
    for thread in threading.enumerate():
        if thread.name == "expert use":
            thread.join(20)
            assert not thread.is_alive()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@pytest.fixture
def use() -> ExpertUse:
    use = ExpertUse()
    use.counts = np.zeros((2, 3), np.int64)
    return use


def test_answers_that_end_while_it_writes_are_kept_together(disk: Disk, use: ExpertUse) -> None:
    kept = KeptUse(SimpleNamespace(), use)  # pyright: ignore[reportArgumentType]
    use.counts[0, 1] = 1
    kept.keep()
    assert disk.begun.acquire(timeout=20)
    for _ in range(50):
        use.counts[1, 2] += 1
        kept.keep()
    assert sum(thread.name == "expert use" for thread in threading.enumerate()) == 1
    disk.may.release(2)
    wait_for_end()
    assert [counts.tolist() for counts in disk.taken] == [
        [[0, 1, 0], [0, 0, 0]],
        [[0, 0, 0], [0, 0, 50]],
    ]


def test_what_comes_after_its_end_is_kept_by_another_thread(disk: Disk, use: ExpertUse) -> None:
    kept = KeptUse(SimpleNamespace(), use)  # pyright: ignore[reportArgumentType]
    disk.may.release(9)
    for expert in range(3):
        use.counts[0, expert] += 1
        kept.keep()
        wait_for_end()
        kept.keep()  # nothing is new
        wait_for_end()
    assert len(disk.taken) == 3
    assert np.sum(disk.taken, axis=0).tolist() == [[1, 1, 1], [0, 0, 0]]


@pytest.mark.logs("cannot be kept: full")
def test_a_disk_that_takes_nothing_ends_no_answer(disk: Disk, use: ExpertUse) -> None:
    kept = KeptUse(SimpleNamespace(), use)  # pyright: ignore[reportArgumentType]
    disk.fails = True
    disk.may.release(2)
    for _ in range(2):
        use.counts += 1
        kept.keep()
        wait_for_end()
    assert not disk.taken
