# SPDX-License-Identifier: Apache-2.0
"""Moves when the power goes in the middle, and onto real disks that are full."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ktdesk.errors import LibraryError
from ktdesk.library.shelf.lock_file import write_lock
from ktdesk.library.shelf.model import Owner
from ktdesk.library.shelf.move import move, plan_move, undo
from ktdesk.library.shelf.move_plan import COPYING, unfinished_moves
from ktdesk.library.shelf.shelf import Shelf
from ktdesk.library.shelf.state import Condition
from tests.small_disk import small_disk_at
from tests.unit.library.shelf.conftest import only
from tests.unit.library.shelf.making import lock_of, model, put, shards
from tests.unit.library.shelf.moving import WHOLE, content

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
    with small_disk_at(tmp_path / "disk", 1 << 20) as folder:
        yield folder


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
