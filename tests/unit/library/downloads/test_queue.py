# SPDX-License-Identifier: Apache-2.0
"""The queue with its threads, and several processes that share one list."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ktdesk.errors import DownloadError
from ktdesk.library.downloads.announcer import Announcer
from ktdesk.library.downloads.driver_lock import DriverLock
from ktdesk.library.downloads.item import State
from ktdesk.library.downloads.queue import DownloadQueue
from ktdesk.library.downloads.space import SpaceShortage
from ktdesk.library.fetch.order import FileProgress, FileState, Progress
from ktdesk.library.hub.listing import Listing, RemoteFile
from tests.unit.library.downloads.conftest import FakeTransport, make_order, reached
from tests.watched_queue import RULES, Watched, states_of

ROOT = Path(__file__).parents[4]

DRIVER = """
import sys
from pathlib import Path
from tests.unit.library.downloads.conftest import FakeTransport, make_order
from ktdesk.library.downloads.driver import Rules
from ktdesk.library.downloads.queue import DownloadQueue
folder = Path(sys.argv[1])
queue = DownloadQueue(folder, FakeTransport(), rules=Rules(reserve_bytes=0, keeps_awake=False))
queue.start()
print("ready", flush=True)
sys.stdin.read()
queue.close()
"""


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path, FakeTransport())
    watched.queue.start()
    yield watched
    watched.queue.close()


@pytest.fixture
def other_process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that drives the queue already."""
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def test_an_order_is_fetched(watched: Watched, tmp_path: Path) -> None:
    id_ = watched.queue.add(make_order(tmp_path))
    fetch = watched.transport.last(id_)
    fetch.report(reached(fetch.order, 400))
    snapshot = watched.wait(lambda s: s.totals.done_bytes == 400)
    assert (snapshot.totals.orders, snapshot.totals.size_bytes) == (1, 1000)
    assert snapshot.is_driven
    fetch.finish()
    watched.wait_for("done")
    assert watched.queue.snapshot().totals.orders == 0


def test_the_same_order_again_goes_on(watched: Watched, tmp_path: Path) -> None:
    id_ = watched.queue.add(make_order(tmp_path))
    watched.queue.pause(id_)
    assert states_of(watched.queue.snapshot()) == "paused"
    assert watched.queue.add(make_order(tmp_path)) == id_
    watched.wait_for("downloading")


def test_what_was_done_can_be_ordered_again(watched: Watched, tmp_path: Path) -> None:
    id_ = watched.queue.add(make_order(tmp_path))
    watched.transport.last(id_).finish()
    watched.wait_for("done")
    assert watched.queue.add(make_order(tmp_path)) == id_
    watched.wait_for("downloading")


def test_other_files_of_the_same_names_are_refused(watched: Watched, tmp_path: Path) -> None:
    watched.queue.add(make_order(tmp_path))
    with pytest.raises(DownloadError, match=r"Model a brings another a\.gguf"):
        watched.queue.add(make_order(tmp_path, size=7))


def test_a_newer_revision_takes_the_place_of_one_that_is_done(
    watched: Watched, tmp_path: Path
) -> None:
    id_ = watched.queue.add(make_order(tmp_path))
    watched.transport.last(id_).finish()
    watched.wait_for("done")
    newer = watched.queue.add(make_order(tmp_path, size=7))
    watched.wait_for("downloading")
    assert newer != id_


def test_no_room_is_said_with_other_folders(tmp_path: Path) -> None:
    rules = replace(RULES, reserve_bytes=1 << 60)
    queue = DownloadQueue(tmp_path, FakeTransport(), rules=rules, folders=[tmp_path / "other"])
    with pytest.raises(SpaceShortage) as raised:
        queue.add(make_order(tmp_path))
    assert (raised.value.needed_bytes, raised.value.folders) == (1000, ())
    assert queue.snapshot().items == ()
    queue.close()


def test_all_can_be_paused_and_resumed(watched: Watched, tmp_path: Path) -> None:
    for id_ in "ab":
        watched.queue.add(make_order(tmp_path, id_))
    watched.queue.pause_all()
    watched.wait_for("paused paused")
    watched.queue.resume_all()
    watched.wait_for("downloading queued")
    watched.queue.move_first(watched.queue.snapshot().items[1].id)
    watched.wait_for("queued downloading")


def test_the_files_of_a_finished_model_are_not_deleted(watched: Watched, tmp_path: Path) -> None:
    id_ = watched.queue.add(make_order(tmp_path))
    watched.transport.last(id_).finish()
    watched.wait_for("done")
    with pytest.raises(DownloadError, match="a model now"):
        watched.queue.remove(id_, delete_files=True)
    watched.queue.remove(id_, delete_files=False)
    watched.wait_for("")


def test_removing_needs_no_driver(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(b"x")
    watched = Watched(tmp_path, FakeTransport())
    id_ = watched.queue.add(make_order(tmp_path))
    watched.transport.present[id_] = (part,)
    assert watched.queue.files(id_) == (part,)
    watched.queue.remove(id_, delete_files=True)
    assert not part.exists()
    watched.queue.close()


def listing(*files: RemoteFile) -> Listing:
    return Listing("mirror", "other/name", "f11", "mit", False, files)


def test_another_source_must_have_the_same_files(watched: Watched, tmp_path: Path) -> None:
    order = make_order(tmp_path)
    id_ = watched.queue.add(order)
    watched.transport.last(id_)
    with pytest.raises(DownloadError, match="mirror does not have the same"):
        watched.queue.change_source(id_, listing(replace(order.files[0], size_bytes=7)))
    watched.queue.change_source(id_, listing(*order.files))
    watched.wait(lambda _: watched.transport.last(id_).order.source == "mirror")
    assert watched.transport.last(id_).order == replace(
        order, id=id_, source="mirror", repository="other/name", revision="f11"
    )


def test_without_checksums_no_other_source_will_do(watched: Watched, tmp_path: Path) -> None:
    order = make_order(tmp_path)
    unknown = replace(order.files[0], sha256="")
    id_ = watched.queue.add(replace(order, files=(unknown,)))
    with pytest.raises(DownloadError, match="Nobody can tell"):
        watched.queue.change_source(id_, listing(unknown))


def test_an_unknown_idis_said(watched: Watched) -> None:
    with pytest.raises(DownloadError, match="No download on the list is called zzzz"):
        watched.queue.files("zzzz")


@pytest.mark.logs("cannot be used")
def test_a_list_that_cannot_be_read_any_more_is_said(watched: Watched) -> None:
    watched.queue._store._database.execute("DROP TABLE progress")
    watched.queue._store._records = None
    watched.wait(lambda snapshot: "cannot be used" in snapshot.notice)


def test_two_processes_see_one_list(other_process, watched: Watched, tmp_path: Path) -> None:
    id_ = watched.queue.add(make_order(tmp_path))
    watched.wait_for("downloading")
    assert watched.transport.fetches == []  # the other one has it
    watched.queue.pause(id_)
    watched.queue.add(make_order(tmp_path, "b"))
    watched.wait_for("paused downloading")
    watched.queue.remove(watched.queue.snapshot().items[1].id, delete_files=False)
    watched.wait_for("paused")


def test_a_killed_driver_is_followed_by_another(
    other_process, watched: Watched, tmp_path: Path
) -> None:
    id_ = watched.queue.add(make_order(tmp_path))
    watched.wait_for("downloading")
    other_process.kill()
    watched.transport.last(id_).finish()
    watched.wait_for("done")


def test_a_driver_that_ends_leaves_the_queue_to_another(
    other_process, watched: Watched, tmp_path: Path
) -> None:
    id_ = watched.queue.add(make_order(tmp_path))
    watched.wait_for("downloading")
    other_process.stdin.close()
    watched.transport.last(id_).finish()
    watched.wait_for("done")


def test_a_queue_that_nobody_drives_shows_so(other_process, tmp_path: Path) -> None:
    queue = DownloadQueue(tmp_path, FakeTransport(), rules=RULES)
    assert queue.snapshot().is_driven
    queue.close()
    other_process.kill()
    other_process.wait()
    queue = DownloadQueue(tmp_path, FakeTransport(), rules=RULES)
    queue.add(make_order(tmp_path))
    queue._store.settle(queue.snapshot().items[0].id, State.DOWNLOADING)
    assert not queue.snapshot().is_driven
    queue.close()
    queue = DownloadQueue(tmp_path, FakeTransport(), rules=RULES)
    assert states_of(queue.snapshot()) == "queued"
    queue.close()


def test_rules_can_be_changed_on_the_way(watched: Watched, tmp_path: Path) -> None:
    for id_ in "ab":
        watched.queue.add(make_order(tmp_path, id_))
    watched.wait_for("downloading queued")
    watched.queue.set_rules(replace(RULES, at_once=2, bytes_per_s=1_000_000))
    watched.wait_for("downloading downloading")
    assert watched.transport.limits == [0, 1_000_000]


def test_what_is_seen_in_passing_is_told_all_the_same(watched: Watched, tmp_path: Path) -> None:
    id_ = watched.queue.add(make_order(tmp_path))
    fetch = watched.transport.last(id_)
    told: list[int] = []
    watched.queue.subscribe(lambda: told.append(watched.queue.snapshot().totals.done_bytes))
    fetch.report(reached(fetch.order, 123))
    watched.queue.files(id_)  # looks at the queue as it is now
    watched.wait(lambda _: 123 in told)


def test_a_lock_excludes_others_until_it_is_released(tmp_path: Path) -> None:
    first, second = DriverLock(tmp_path / "lock"), DriverLock(tmp_path / "lock")
    assert first.take()
    assert first.take()
    assert not second.take()
    assert not second.is_free()
    first.release()
    assert second.is_free()
    assert second.take()
    second.release()


@pytest.mark.logs("A listener of the downloads failed")
def test_listeners_hear_the_last_news_though_one_fails() -> None:
    announcer, heard = Announcer(), []
    state = {"value": 0}

    def fail() -> None:
        raise RuntimeError

    announcer.subscribe(fail)
    leave = announcer.subscribe(lambda: heard.append(state["value"]))
    announcer.start()
    for value in range(1, 1001):
        state["value"] = value
        announcer.announce()
    announcer.close()
    assert heard[-1] == 1000
    assert len(heard) < 1000
    leave()
    leave()


def test_totals_count_what_is_under_way(watched: Watched, tmp_path: Path) -> None:
    first = watched.queue.add(make_order(tmp_path, "a"))
    second = watched.queue.add(make_order(tmp_path, "b", size=5000))
    paused = watched.queue.add(make_order(tmp_path, "c"))
    watched.queue.pause(paused)
    fetch = watched.transport.last(first)
    fetch.report(Progress((FileProgress(fetch.order.files[0], FileState.FETCHING, 500),), 50.0))
    totals = watched.wait(lambda snapshot: snapshot.totals.bytes_per_s).totals
    assert (totals.orders, totals.size_bytes, totals.done_bytes) == (2, 6000, 500)
    assert totals.remaining_s == pytest.approx(5500 / 50)
    assert second
