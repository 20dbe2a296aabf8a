# SPDX-License-Identifier: Apache-2.0
"""Moves that disks, other programs or a fault of the memory come in the way of."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from ktdesk.errors import LibraryError
from ktdesk.library.shelf import copying
from ktdesk.library.shelf.move import move, plan_move, undo
from ktdesk.library.shelf.move_plan import REMOVING, unfinished_moves
from ktdesk.library.shelf.shelf import Shelf
from ktdesk.library.shelf.state import Condition
from tests.unit.library.shelf.conftest import only
from tests.unit.library.shelf.making import model, put
from tests.unit.library.shelf.moving import WHOLE, content


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_takes_no_more_leaves_all_as_it_was(
    both: Shelf, folder: Path, there: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    calls: list[Path] = []

    def fail(source: Path, target: Path, count: object, stop: object) -> str:
        calls.append(source)
        if len(calls) == 3:
            target.write_bytes(b"part")
            raise OSError(error, os.strerror(error))
        return copying.take(source, target, count, stop)  # type: ignore[arg-type]

    monkeypatch.setattr("ktdesk.library.shelf.move.take", fail)
    with pytest.raises(LibraryError, match="It is where it was") as caught:
        move(plan_move(only(both), there), both.facts)
    assert caught.value.hint
    assert (content(folder), list(there.iterdir())) == (WHOLE, [])
    assert only(both).condition is Condition.COMPLETE


@pytest.mark.skipif(sys.platform != "linux", reason="the file of a handle is looked up in /proc")
@pytest.mark.parametrize("way", ["copy"], indirect=True)
def test_a_copy_that_differs_is_not_kept(
    both: Shelf, folder: Path, there: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync = os.fsync

    def damage(handle: int) -> None:
        fsync(handle)
        name = Path(f"/proc/self/fd/{handle}").readlink()
        if name.parent.name.startswith(".moving-") and name.is_file():
            raw = bytearray(name.read_bytes())
            raw[-1] ^= 1
            name.write_bytes(raw)

    monkeypatch.setattr(copying.os, "fsync", damage)
    with pytest.raises(LibraryError, match="differs from it"):
        move(plan_move(only(both), there), both.facts)
    assert (content(folder), list(there.iterdir())) == (WHOLE, [])


@pytest.mark.parametrize("way", ["copy"], indirect=True)
def test_old_files_that_cannot_go_leave_both_and_a_move_to_finish(
    both: Shelf, folder: Path, there: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", fail)
        with pytest.raises(LibraryError, match="the move could not be ended"):
            move(plan_move(only(both), there), both.facts)
    assert content(folder) == content(there) == WHOLE
    monkeypatch.setattr("ktdesk.library.shelf.move_plan._is_running", lambda *_: False)
    (plan,) = unfinished_moves()
    assert plan.phase == REMOVING
    with pytest.raises(LibraryError, match="has been moved"):
        undo(plan)
    move(plan, both.facts)
    assert (content(folder), content(there)) == ({}, WHOLE)
    assert only(both).condition is Condition.COMPLETE


@pytest.mark.parametrize("gone", ["folder", "there"])
@pytest.mark.parametrize("way", ["copy"], indirect=True)
def test_without_one_of_the_disks_nothing_is_undone_or_lost(
    both: Shelf, folder: Path, there: Path, way: str, gone: str
) -> None:
    disk = folder if gone == "folder" else there

    def unplug(done: int, size: int) -> None:
        if done >= size // 3 and disk.exists():
            disk.rename(disk.with_name("unplugged"))

    plan = plan_move(only(both), there)
    with pytest.raises(LibraryError, match="a disk is not there") as caught:
        move(plan, both.facts, unplug)
    assert str(folder) in caught.value.hint
    disk.with_name("unplugged").rename(disk)
    undo(plan)
    assert (content(folder), list(there.iterdir())) == (WHOLE, [])
    assert not plan.journal.exists()


@pytest.mark.parametrize("way", ["copy"], indirect=True)
def test_a_file_that_is_written_to_meanwhile_stays(
    both: Shelf, folder: Path, there: Path, way: str
) -> None:
    path = folder / "owner" / "name" / "README.md"
    with pytest.raises(LibraryError, match="was written to while it was copied"):
        move(
            plan_move(only(both), there), both.facts, lambda *_: put(path.parent, {path.name: b"x"})
        )
    assert content(folder) == WHOLE | {"owner/name/README.md": b"x"}
    assert list(there.iterdir()) == unfinished_moves() == []


def test_files_that_the_system_does_not_give_are_not_copied_instead(
    both: Shelf, folder: Path, there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if Path(target).parent.name.startswith(".moving-"):
            raise PermissionError(errno.EACCES, "Permission denied")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(LibraryError, match=r"Permission denied\. It is where it was"):
        move(plan_move(only(both), there), both.facts)
    assert (content(folder), list(there.iterdir())) == (WHOLE, [])


def test_a_file_that_comes_in_the_way_stays_as_it_is(
    both: Shelf, folder: Path, there: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_move(only(both), there)

    def progress(done: int, size: int) -> None:
        put(there / "owner" / "name", {"README.md": b"mine"})

    with pytest.raises(LibraryError, match="there is already a file"):
        move(plan, both.facts, progress)
    assert (there / "owner" / "name" / "README.md").read_bytes() == b"mine"
    (there / "owner" / "name" / "README.md").unlink()
    move(plan, both.facts)
    assert (content(folder), content(there)) == ({}, WHOLE)


@pytest.mark.logs("has changed since it was copied")
@pytest.mark.parametrize("way", ["copy"], indirect=True)
def test_an_old_file_stays_if_the_new_one_was_changed_before_it_went(
    both: Shelf, folder: Path, there: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, unlink = plan_move(only(both), there), Path.unlink

    def change(self: Path, missing_ok: bool = False) -> None:
        put(there / "owner" / "name", {"README.md": b"mine"})
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", change)
    move(plan, both.facts)
    assert content(folder) == {"owner/name/README.md": b"Hello"}
    assert content(there) == WHOLE | {"owner/name/README.md": b"mine"}


def test_a_part_of_a_copy_is_not_taken_for_it(
    both: Shelf, folder: Path, there: Path, way: str
) -> None:
    plan = plan_move(only(both), there)
    plan.stage.mkdir()
    for number, file in enumerate(plan.files):
        plan.staged(file).write_bytes(bytes(file.old.size_bytes - number % 2))
    move(plan, both.facts)
    assert (content(folder), content(there)) == ({}, WHOLE)


def test_a_part_of_a_copy_is_not_put_back_as_the_file(
    shelf: Shelf, folder: Path, there: Path
) -> None:
    (path,) = put(folder, {"a.gguf": model()})
    plan = plan_move(only(shelf), there)
    plan.stage.mkdir()
    plan.staged(plan.files[0]).write_bytes(b"part")
    path.unlink()
    undo(plan)
    assert (content(folder), list(there.iterdir())) == ({}, [])
