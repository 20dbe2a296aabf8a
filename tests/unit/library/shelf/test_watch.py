# SPDX-License-Identifier: Apache-2.0
"""Changes on the disk are noticed."""

from __future__ import annotations

import os
import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from ktdesk.library.shelf.lock_file import write_lock
from ktdesk.library.shelf.shelf import Shelf
from ktdesk.library.shelf.state import Condition
from ktdesk.library.shelf.verify import verify
from ktdesk.library.shelf.watch import Changes, Watcher
from tests.unit.library.shelf.conftest import only
from tests.unit.library.shelf.making import lock_of, model, put, shards

SOON_S = 20


@pytest.fixture
def told() -> queue.Queue[Changes]:
    return queue.Queue()


@pytest.fixture
def watcher(shelf: Shelf, told: queue.Queue[Changes]) -> Iterator[Watcher]:
    watcher = Watcher(shelf, told.put, interval_s=0.01).start()
    yield watcher
    watcher.close()


def names(changes: Changes) -> tuple[list[str], list[str], list[str]]:
    added, changed, gone = changes.added, changes.changed, changes.gone
    return [m.name for m in added], [m.name for m in changed], [m.name for m in gone]


def test_what_comes_changes_and_goes_is_told(
    watcher: Watcher, told: queue.Queue[Changes], folder: Path
) -> None:
    assert names(told.get(timeout=SOON_S)) == ([], [], [])
    (path,) = put(folder, {"new": model("a")})
    path = path.rename(folder / "a.gguf")
    assert names(told.get(timeout=SOON_S)) == (["a"], [], [])
    os.utime(path, (1, 1))
    assert names(told.get(timeout=SOON_S)) == ([], ["a"], [])
    path.unlink()
    changes = told.get(timeout=SOON_S)
    assert names(changes) == ([], [], ["a"])
    assert changes.inventory.models == ()


def test_a_state_that_was_found_out_is_told(
    watcher: Watcher, told: queue.Queue[Changes], shelf: Shelf, folder: Path
) -> None:
    told.get(timeout=SOON_S)
    write_lock(folder, lock_of({"a.gguf": model()}))
    (gone,) = told.get(timeout=SOON_S).added
    assert gone.condition is Condition.GONE
    put(folder, {"new": model()})
    (folder / "new").rename(folder / "a.gguf")
    (there,) = told.get(timeout=SOON_S).changed
    assert there.condition is Condition.UNVERIFIED
    verify(only(shelf), shelf.facts)
    (verified,) = told.get(timeout=SOON_S).changed
    assert verified.condition is Condition.COMPLETE


def test_without_changes_nothing_is_told(
    watcher: Watcher, told: queue.Queue[Changes], folder: Path
) -> None:
    told.get(timeout=SOON_S)
    put(folder, {"notes.txt": b"1"})
    put(folder, {f".hidden/{name}": raw for name, raw in shards("big", 2).items()})
    with pytest.raises(queue.Empty):
        told.get(timeout=0.2)


def test_asked_for_it_looks_at_once(shelf: Shelf, told: queue.Queue[Changes], folder: Path) -> None:
    watcher = Watcher(shelf, told.put, interval_s=3600).start()
    try:
        told.get(timeout=SOON_S)
        put(folder, {"a.gguf": model("a")})
        watcher.look_now()
        assert names(told.get(timeout=SOON_S)) == (["a"], [], [])
    finally:
        watcher.close()


@pytest.mark.logs("could not be looked for")
def test_a_listener_that_fails_hears_of_it_again(shelf: Shelf, folder: Path) -> None:
    heard = queue.Queue[Changes]()

    def listen(changes: Changes) -> None:
        heard.put(changes)
        if heard.qsize() == 1:
            raise ZeroDivisionError

    put(folder, {"a.gguf": model("a")})
    watcher = Watcher(shelf, listen, interval_s=0.01).start()
    try:
        while heard.qsize() < 2:
            pass
    finally:
        watcher.close()
    assert names(heard.get()) == names(heard.get()) == (["a"], [], [])


def test_a_listener_may_close_it(shelf: Shelf) -> None:
    heard = queue.Queue[Changes]()

    def listen(changes: Changes) -> None:
        watcher.close()
        heard.put(changes)

    watcher = Watcher(shelf, listen, interval_s=0.01)
    watcher.start()
    heard.get(timeout=SOON_S)
    watcher.close()
