# SPDX-License-Identifier: Apache-2.0
"""Comparing the bytes of models, also of such as change or go meanwhile."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from ktdesk.errors import Cancelled
from ktdesk.library.shelf.facts import FileFacts
from ktdesk.library.shelf.lock_file import read_locks, write_lock
from ktdesk.library.shelf.reading import BLOCK_BYTES
from ktdesk.library.shelf.shelf import Shelf
from ktdesk.library.shelf.state import Condition
from ktdesk.library.shelf.verify import Outcome, verify
from tests.unit.library.shelf.conftest import only
from tests.unit.library.shelf.making import lock_of, model, put, put_ollama, sha256, shards


def outcomes(shelf: Shelf) -> list[Outcome]:
    return [result.outcome for result in verify(only(shelf), shelf.facts)]


def test_right_bytes_make_a_model_complete(shelf: Shelf, folder: Path) -> None:
    files = shards("big", 3)
    put(folder, files)
    write_lock(folder, lock_of(files))
    results = verify(only(shelf), shelf.facts)
    assert [r.outcome for r in results] == [Outcome.RIGHT] * 3
    assert [r.sha256 for r in results] == list(map(sha256, files.values()))
    assert only(shelf).condition is Condition.COMPLETE


def test_one_wrong_byte_makes_it_damaged_and_says_where(shelf: Shelf, folder: Path) -> None:
    files = shards("big", 3)
    paths = put(folder, files)
    write_lock(folder, lock_of(files))
    wrong = bytearray(files[paths[1].name])
    wrong[-1] ^= 1
    paths[1].write_bytes(wrong)
    assert outcomes(shelf) == [Outcome.RIGHT, Outcome.WRONG, Outcome.RIGHT]
    assert only(shelf).state.damaged == (paths[1].name,)
    paths[1].write_bytes(files[paths[1].name])
    assert only(shelf).condition is Condition.UNVERIFIED
    assert outcomes(shelf) == [Outcome.RIGHT] * 3


def test_bits_that_turn_by_themselves_are_found_and_the_lock_no_longer_vouches(
    shelf: Shelf, folder: Path
) -> None:
    size = 3 * BLOCK_BYTES
    (path,) = put(folder, {"a.gguf": model(size=size)})
    write_lock(folder, lock_of({"a.gguf": model(size=size)}))
    assert outcomes(shelf) == [Outcome.RIGHT]
    with Shelf(shelf.places, FileFacts(folder / ".other")) as elsewhere:
        assert only(elsewhere).condition is Condition.COMPLETE  # the lock vouches for it
    status = path.stat()
    with path.open("r+b") as file:
        file.seek(BLOCK_BYTES + 5)
        file.write(b"x")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert only(shelf).condition is Condition.COMPLETE  # nothing shows it
    (result,) = verify(only(shelf), shelf.facts)
    assert result.outcome is Outcome.WRONG
    assert result.bad == ((BLOCK_BYTES, 2 * BLOCK_BYTES),)
    assert only(shelf).condition is Condition.DAMAGED
    (lock,) = read_locks(folder)
    assert ([file.path for file in lock.files], lock.seals) == (["a.gguf"], ())


def test_a_lock_that_cannot_be_written_keeps_nothing_from_being_verified(
    shelf: Shelf, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, {"a.gguf": model()})
    write_lock(folder, lock_of({"a.gguf": model()}))

    def fail(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("ktdesk.library.shelf.lock_file.whole_file", fail)
    assert outcomes(shelf) == [Outcome.RIGHT]
    assert only(shelf).condition is Condition.COMPLETE


def test_without_anything_to_compare_with_files_must_stay_as_they_are(
    shelf: Shelf, folder: Path
) -> None:
    (path,) = put(folder, {"a.gguf": model()})
    before = only(shelf)
    assert not before.is_published
    assert outcomes(shelf) == [Outcome.UNKNOWN]
    assert outcomes(shelf) == [Outcome.SAME]
    found = only(shelf)
    assert (found.condition, found.is_published) == (Condition.COMPLETE, False)
    status = path.stat()
    path.write_bytes(model("n"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert outcomes(shelf) == [Outcome.WRONG]
    assert only(shelf).condition is Condition.DAMAGED
    os.utime(path)  # as whoever writes another model there does
    assert outcomes(shelf) == [Outcome.UNKNOWN]


def test_models_of_ollama_are_compared_with_their_names(shelf: Shelf, folder: Path) -> None:
    put_ollama(folder, "library/a:1", model())
    assert outcomes(shelf) == [Outcome.RIGHT]
    assert only(shelf).condition is Condition.COMPLETE


def test_a_file_that_vanishes_meanwhile_is_a_result(shelf: Shelf, folder: Path) -> None:
    files = shards("big", 2)
    paths = put(folder, files)
    write_lock(folder, lock_of(files))
    found = only(shelf)
    paths[0].unlink()
    first, second = verify(found, shelf.facts)
    assert (first.outcome, first.reason) == (Outcome.UNREADABLE, "No such file or directory")
    assert second.outcome is Outcome.RIGHT


def test_a_file_that_is_written_to_meanwhile_is_not_believed(shelf: Shelf, folder: Path) -> None:
    (path,) = put(folder, {"a.gguf": model(size=12 << 20)})
    write_lock(folder, lock_of({"a.gguf": model(size=12 << 20)}))

    def write(done: int, size: int) -> None:
        with path.open("r+b") as file:
            file.seek(-1, 2)
            file.write(b"x")

    (result,) = verify(only(shelf), shelf.facts, write)
    assert result.outcome is Outcome.CHANGED
    assert only(shelf).condition is Condition.UNVERIFIED


def test_progress_counts_every_byte_once(shelf: Shelf, folder: Path) -> None:
    files = shards("big", 5) | {}
    put(folder, files)
    seen: list[tuple[int, int]] = []
    verify(only(shelf), shelf.facts, lambda done, size: seen.append((done, size)))
    size = sum(map(len, files.values()))
    assert seen[-1] == (size, size)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_it_stops_soon_and_keeps_what_was_read_whole(shelf: Shelf, folder: Path) -> None:
    put(folder, {"a.gguf": model(size=40 << 20)})
    write_lock(folder, lock_of({"a.gguf": model(size=40 << 20)}))
    stop, seen = threading.Event(), list[int]()

    def progress(done: int, size: int) -> None:
        seen.append(done)
        stop.set()

    with pytest.raises(Cancelled):
        verify(only(shelf), shelf.facts, progress, stop)
    assert len(seen) == 1
    assert only(shelf).condition is Condition.UNVERIFIED


def test_a_fault_of_who_asks_ends_it(shelf: Shelf, folder: Path) -> None:
    put(folder, shards("big", 4))

    def fail(done: int, size: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        verify(only(shelf), shelf.facts, fail)
