# SPDX-License-Identifier: Apache-2.0
"""Moving models: also onto full disks, and when the power goes in the middle."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ktdesk.errors import Cancelled, LibraryError
from ktdesk.library.fetch.names import LOCK_NAME
from ktdesk.library.shelf import copying
from ktdesk.library.shelf.lock_file import read_locks, write_lock
from ktdesk.library.shelf.model import Owner
from ktdesk.library.shelf.move import move, plan_move, undo
from ktdesk.library.shelf.move_plan import COPYING, REMOVING, moves_folder, unfinished_moves
from ktdesk.library.shelf.shelf import Shelf
from ktdesk.library.shelf.state import Condition
from tests.unit.library.shelf.conftest import only
from tests.unit.library.shelf.making import lock_of, model, put, put_ollama, shards

FILES = {f"Q4/{name}": raw for name, raw in shards("big", 3).items()} | {"README.md": b"Hello"}


@pytest.fixture
def there(folder: Path) -> Path:
    path = folder.with_name("there")
    path.mkdir()
    return path


@pytest.fixture
def both(folder: Path, there: Path) -> Iterator[Shelf]:
    """A shelf with a complete model in the first of two folders."""
    put(folder / "owner" / "name", FILES)
    write_lock(folder / "owner" / "name", lock_of(FILES, folder / "owner" / "name"))
    with Shelf([(folder, Owner.KTDESK), (there, Owner.KTDESK)]) as shelf:
        yield shelf


@pytest.fixture(params=["rename", "copy"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to move, as on one disk and between two."""
    if request.param == "copy":
        replace = Path.replace

        def between_disks(self: Path, target: Path) -> Path:
            if Path(target).parent.name.startswith(".moving-"):
                raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
            return replace(self, target)

        monkeypatch.setattr(Path, "replace", between_disks)
        monkeypatch.setattr("ktdesk.library.shelf.move._is_one_disk", lambda model, folder: False)
    return request.param


def content(folder: Path) -> dict[str, bytes]:
    """Everything below a folder but lock files, by path."""
    files = (
        path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(LOCK_NAME)
    )
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


WHOLE = {f"owner/name/{name}": raw for name, raw in FILES.items()}


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


KILLED = """
import errno, os, sys, threading
from pathlib import Path
from ktdesk.library.shelf import copying
from ktdesk.library.shelf.model import Owner
from ktdesk.library.shelf.move import move, plan_move
from ktdesk.library.shelf.shelf import Shelf

here, there, is_copy = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] == "copy"
at = int(sys.argv[4])
copying.CHUNK_BYTES = 64
count = 0

def step(call):
    def counted(*args, **kwargs):
        global count
        if count == at:
            os.kill(os.getpid(), 9)
        count += 1
        return call(*args, **kwargs)
    return counted

replace = Path.replace
def between_disks(self, target):
    if is_copy and Path(target).parent.name.startswith(".moving-"):
        raise OSError(errno.EXDEV, "other disk")
    return replace(self, target)

if is_copy:
    from ktdesk.library.shelf import move as module
    module._is_one_disk = lambda model, folder: False
Path.replace, Path.unlink, Path.rename = step(between_disks), step(Path.unlink), step(Path.rename)
os.fsync, Path.mkdir, Path.rmdir = step(os.fsync), step(Path.mkdir), step(Path.rmdir)
shelf = Shelf([(here, Owner.KTDESK)])
(model,) = shelf.look().models
count = 0
move(plan_move(model, there), shelf.facts, step(lambda done, size: None))
print("moved")
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is of POSIX")
@pytest.mark.parametrize("way", ["rename", "copy"])
@pytest.mark.parametrize("then", ["finish", "undo"])
def test_a_kill_at_any_step_loses_nothing(tmp_path: Path, way: str, then: str) -> None:
    files = {f"Q4/{name}": raw for name, raw in shards("big", 2).items()}
    whole = {f"o/{name}": raw for name, raw in files.items()}
    for at in range(0, 200, 3 if then == "finish" else 4):
        here, there = tmp_path / f"{at}" / "here", tmp_path / f"{at}" / "there"
        put(here / "o", files)
        write_lock(here / "o", lock_of(files, here / "o"))
        there.mkdir()
        command = [sys.executable, "-c", KILLED, str(here), str(there), way, str(at)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        has_moved = done.stdout == "moved\n"
        assert has_moved or done.returncode == -signal.SIGKILL, done.stderr
        plans = unfinished_moves()
        if has_moved:
            assert (content(here), content(there), plans) == ({}, whole, [])
            return
        if way == "copy":  # the old ones are whole, or the new ones are
            old, new = content(here), content(there)
            staged = [p for p in there.rglob("*") if p.parent.name.startswith(".moving-")]
            assert old == whole or new == whole or len(staged) + len(new) >= 2
        with Shelf([(here, Owner.KTDESK), (there, Owner.KTDESK)]) as shelf:
            for plan in plans:
                if then == "undo" and plan.phase == COPYING:
                    undo(plan)
                else:
                    move(plan, shelf.facts)
            assert unfinished_moves() == []
            assert content(here) | content(there) == whole
            assert not (content(here) and content(there))
            assert not [path for path in there.iterdir() if path.name.startswith(".")]
            found = only(shelf)
            assert found.condition is Condition.COMPLETE
    raise AssertionError("it has more steps than were tried")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk in memory of one megabyte."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if sys.platform != "linux" or os.getuid() or not mount:
        pytest.skip("only root can mount a disk")
    command = [mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_real_move_to_another_disk_and_back(both: Shelf, folder: Path, small_disk: Path) -> None:
    with Shelf([*both.places, (small_disk, Owner.KTDESK)]) as shelf:
        move(plan_move(only(shelf), small_disk), shelf.facts)
        assert (content(folder), content(small_disk)) == ({}, WHOLE)
        assert only(shelf).condition is Condition.COMPLETE
        move(plan_move(only(shelf), folder), shelf.facts)
        assert (content(folder), list(small_disk.iterdir())) == (WHOLE, [])
        assert only(shelf).condition is Condition.COMPLETE


def test_a_disk_that_is_full_in_the_middle_leaves_all_as_it_was(
    shelf: Shelf, folder: Path, small_disk: Path
) -> None:
    put(folder, {"a.gguf": model(size=800_000)})
    plan = plan_move(only(shelf), small_disk)
    put(small_disk, {"filler": bytes(500_000)})
    with pytest.raises(LibraryError, match="the disk is full"):
        move(plan, shelf.facts)
    assert content(folder) == {"a.gguf": model(size=800_000)}
    assert list(small_disk.iterdir()) == [small_disk / "filler"]
    with pytest.raises(LibraryError, match="has only"):
        plan_move(only(shelf), small_disk)
