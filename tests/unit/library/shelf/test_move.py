# SPDX-License-Identifier: Apache-2.0
"""Moving models: what comes along, what stays, and what cannot be."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from pathlib import Path

import pytest

from ktdesk.errors import Cancelled, LibraryError
from ktdesk.library.shelf.lock_file import read_locks, write_lock
from ktdesk.library.shelf.model import Owner
from ktdesk.library.shelf.move import move, plan_move
from ktdesk.library.shelf.move_plan import moves_folder, unfinished_moves
from ktdesk.library.shelf.shelf import Shelf
from ktdesk.library.shelf.state import Condition
from ktdesk.library.shelf.verify import verify
from tests.unit.library.shelf.conftest import only
from tests.unit.library.shelf.making import lock_of, model, put, put_ollama
from tests.unit.library.shelf.moving import FILES, WHOLE, content

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a right on Windows")


def test_a_model_moves_whole_with_its_lock_and_stays_complete(
    both: Shelf, folder: Path, there: Path, way: str
) -> None:
    seen: list[tuple[int, int]] = []
    plan = plan_move(only(both), there)
    move(plan, both.facts, lambda done, size: seen.append((done, size)))
    assert (content(folder), content(there)) == ({}, WHOLE)
    assert list(folder.iterdir()) == []
    found = only(both)
    assert (found.folder, found.condition) == (there, Condition.COMPLETE)
    (lock,) = read_locks(there / "owner" / "name")
    assert {file.path for file in lock.files} == set(FILES)
    assert seen[-1] == (2 * plan.size_bytes, 2 * plan.size_bytes)
    assert unfinished_moves() == list(moves_folder().iterdir()) == []


def test_what_is_not_the_models_stays(both: Shelf, folder: Path, there: Path) -> None:
    other = {"Q8/other.gguf": model("other")}
    put(folder / "owner" / "name", other | {"notes.txt": b"mine"})
    write_lock(folder / "owner" / "name", lock_of(other, folder / "owner" / "name"))
    big = next(each for each in both.look().models if each.name == "big")
    move(plan_move(big, there), both.facts)
    rest = {"owner/name/Q8/other.gguf", "owner/name/notes.txt", "owner/name/README.md"}
    assert content(folder).keys() == rest
    assert {each.condition for each in both.look().models} == {Condition.COMPLETE}


def test_a_model_without_a_lock_moves_and_its_time_with_it(
    shelf: Shelf, folder: Path, there: Path, way: str
) -> None:
    (path,) = put(folder, {"a.gguf": model()})
    os.utime(path, ns=(10**18, 10**18))
    move(plan_move(only(shelf), there), shelf.facts)
    assert content(there) == {"a.gguf": model()}
    assert (there / "a.gguf").stat().st_mtime_ns == 10**18


def test_a_stop_leaves_all_as_it_was(both: Shelf, folder: Path, there: Path, way: str) -> None:
    before, stop = only(both), threading.Event()
    if way == "rename":  # which asks nobody between files: a fault has to do

        def progress(done: int, size: int) -> None:
            raise Cancelled
    else:

        def progress(done: int, size: int) -> None:
            stop.set()

    with pytest.raises(Cancelled):
        move(plan_move(before, there), both.facts, progress, stop)
    assert (content(folder), content(there)) == (WHOLE, {})
    assert list(there.iterdir()) == unfinished_moves() == []
    assert only(both) == before


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("other owner", "is a model of Ollama"),
        ("no folder", "There is no folder"),
        ("same folder", "already"),
        ("in the way", "There is already a file"),
        ("link", "is a link"),
    ],
)
def test_what_cannot_be_moved_is_said_before(
    shelf: Shelf, folder: Path, there: Path, change: str, reason: str
) -> None:
    put(folder, {"a.gguf": model()})
    match change:
        case "other owner":
            (folder / "a.gguf").unlink()
            put_ollama(folder, "library/a:1", model())
        case "no folder":
            there.rmdir()
        case "same folder":
            there = folder
        case "in the way":
            put(there, {"a.gguf": b""})
        case _:
            (folder / "a.gguf").rename(there / "b.gguf")
            (folder / "a.gguf").symlink_to(there / "b.gguf")
    with pytest.raises(LibraryError, match=reason):
        plan_move(only(shelf), there)


@pytest.mark.parametrize(
    ("way", "condition"),
    [("rename", Condition.UNVERIFIED), ("copy", Condition.DAMAGED)],
    indirect=["way"],
)
def test_nothing_becomes_right_by_being_moved(
    shelf: Shelf, folder: Path, there: Path, way: str, condition: Condition
) -> None:
    put(folder, {"a.gguf": model("a")})
    write_lock(folder, lock_of({"a.gguf": model("b")}))
    move(plan_move(only(shelf), there), shelf.facts)
    with Shelf([(there, Owner.KTDESK)]) as moved:
        assert only(moved).condition is condition
    (lock,) = read_locks(there)
    assert lock.seals == ()


def test_what_a_file_was_when_it_was_first_read_moves_with_it(
    shelf: Shelf, folder: Path, there: Path, way: str
) -> None:
    (path,) = put(folder, {"a.gguf": model("a")})
    verify(only(shelf), shelf.facts)
    status = path.stat()
    path.write_bytes(model("b"))  # as a failing disk does: nothing shows it
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    move(plan_move(only(shelf), there), shelf.facts)
    with Shelf([(there, Owner.KTDESK)]) as moved:
        verify(only(moved), moved.facts)
        assert only(moved).condition is Condition.DAMAGED


def test_a_move_that_is_under_way_was_not_broken_off(
    shelf: Shelf, folder: Path, there: Path
) -> None:
    put(folder, {"a.gguf": model()})
    seen: list[object] = []

    def progress(done: int, size: int) -> None:
        seen.append(unfinished_moves())

    move(plan_move(only(shelf), there), shelf.facts, progress)
    assert seen == [[]]


def test_a_disk_without_room_is_said_before(
    both: Shelf, there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(there)._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage)
    plan_move(only(both), there)  # on the same disk it needs none
    monkeypatch.setattr("ktdesk.library.shelf.move._needed_bytes", lambda model, folder: 11)
    with pytest.raises(LibraryError, match="has only 10 bytes free") as caught:
        plan_move(only(both), there)
    assert "another folder" in caught.value.hint


def test_damaged_journals_are_passed_over() -> None:
    put(moves_folder(), {"a.json": b"", "b.json": b"[]", "c.json": b'{"version": 9}'})
    assert unfinished_moves() == []
