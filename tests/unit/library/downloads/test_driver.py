# SPDX-License-Identifier: Apache-2.0
"""What is fetched when, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from pathlib import Path

import pytest

from ktdesk.errors import DownloadError
from ktdesk.library.downloads.item import State, Wait
from ktdesk.library.downloads.night import Night
from ktdesk.library.downloads.store import Store
from ktdesk.library.fetch.order import FileState
from tests.unit.library.downloads.conftest import Driven, make_order, reached

OFFLINE = DownloadError("The host is not reached.", hint="Wait.", kind="offline")


def test_orders_come_one_after_another(driven: Driven) -> None:
    for id_ in "abc":
        driven.add(id_)
    assert driven.step() == "a:downloading b:queued c:queued"
    driven.finish("a")
    assert driven.step() == "a:done b:downloading c:queued"
    driven.store.move("c", -1)
    driven.finish("b")
    assert driven.step() == "a:done c:downloading b:done"


def test_as_many_run_at_once_as_may(driven: Driven) -> None:
    for id_ in "abc":
        driven.add(id_)
    assert driven.step(at_once=2) == "a:downloading b:downloading c:queued"
    driven.step(at_once=1)
    driven.await_stop("b")
    assert driven.step() == "a:downloading b:queued c:queued"


def test_two_orders_never_write_into_one_folder(driven: Driven, tmp_path: Path) -> None:
    first = driven.add("a")
    second = replace(make_order(tmp_path, "b"), folder=first.folder)
    driven.store.add(second, reached(second, 0))
    assert driven.step(at_once=2) == "a:downloading b:queued"
    driven.finish("a")
    assert driven.step() == "a:done b:downloading"


def test_pausing_stops_and_resuming_goes_on(driven: Driven) -> None:
    order = driven.add("a")
    driven.step()
    driven.transport.last("a").report(reached(order, 300))
    driven.store.pause(["a"])
    assert driven.step() == "a:paused"
    driven.await_stop("a")
    assert driven.step() == "a:paused"
    assert driven.items()[0].progress.done_bytes == 300
    driven.store.resume(["a"])
    assert driven.step() == "a:downloading"
    assert driven.items()[0].progress.done_bytes == 300


def test_what_another_process_asks_for_is_seen_at_the_next_step(driven: Driven) -> None:
    driven.add("a")
    driven.step()
    other = Store(driven.folder / "list.sqlite")
    other.pause(["a"])
    other.add(make_order(driven.folder, "b"), reached(make_order(driven.folder, "b"), 0))
    driven.step()
    driven.await_stop("a")
    assert driven.step() == "a:paused b:downloading"
    assert [record.state for record in other.records()] == [State.PAUSED, State.DOWNLOADING]
    other.close()


def test_a_download_that_ends_while_it_is_paused_is_done(driven: Driven) -> None:
    driven.add("a")
    driven.step()
    driven.store.pause(["a"])
    driven.finish("a")
    assert driven.step() == "a:done"


def test_removing_deletes_only_what_it_is_told_to(driven: Driven) -> None:
    kept, own, shared = (driven.folder / name for name in ("kept", "own", "shared"))
    for path in (kept, own, shared):
        path.write_bytes(b"x")
    first, second = driven.add("a"), driven.add("b")
    driven.store.replace(replace(second, folder=first.folder))
    driven.add("c")
    driven.transport.present = {"a": (own, shared), "b": (shared,), "c": (kept,)}
    driven.step()
    driven.store.mark_removed("a", deletes_files=True)
    driven.store.mark_removed("c", deletes_files=False)
    driven.step()
    assert own.exists()  # it still writes
    driven.await_stop("a")
    assert driven.step() == "b:downloading"
    assert [path.exists() for path in (kept, own, shared)] == [True, False, True]


def test_a_host_that_is_away_is_tried_again_and_less_and_less_often(driven: Driven) -> None:
    driven.add("a")
    for wait in (5, 10, 20):
        assert driven.step() == "a:downloading"
        driven.finish("a", OFFLINE)
        assert driven.step() == "a:waiting"
        driven.clocks.pass_by(wait - 1)
        assert driven.step() == "a:waiting"
        driven.clocks.pass_by(1)
    item = driven.items()[0]
    assert item.waits_for is Wait.NETWORK
    assert item.failure.text == "The host is not reached."
    assert driven.step() == "a:downloading"
    assert driven.items()[0].failure is None


def test_an_attempt_that_brought_something_begins_the_waits_anew(driven: Driven) -> None:
    order = driven.add("a")
    for done in (0, 0, 500):
        driven.clocks.pass_by(1000)
        driven.step()
        driven.transport.last("a").report(reached(order, done))
        driven.finish("a", OFFLINE)
        driven.step()
    driven.clocks.pass_by(5)
    assert driven.step() == "a:downloading"


def test_the_host_says_how_long_to_wait(driven: Driven) -> None:
    driven.add("a")
    driven.step()
    driven.finish("a", DownloadError("Too often.", kind="busy", retry_after_s=100))
    driven.step()
    driven.clocks.pass_by(99)
    assert driven.step() == "a:waiting"
    driven.clocks.pass_by(1)
    assert driven.step() == "a:downloading"


def test_resuming_does_not_wait(driven: Driven) -> None:
    driven.add("a")
    driven.step()
    driven.finish("a", OFFLINE)
    driven.step()
    driven.store.resume(["a"])
    assert driven.step() == "a:downloading"


def test_an_order_that_waits_lets_others_go_first(driven: Driven) -> None:
    driven.add("a")
    driven.add("b")
    driven.step()
    driven.finish("a", OFFLINE)
    assert driven.step() == "a:waiting b:downloading"
    driven.clocks.pass_by(5)
    assert driven.step() == "a:waiting b:downloading"


def test_a_transfer_that_waits_for_long_lets_another_one_run(driven: Driven) -> None:
    order = driven.add("a")
    driven.add("b")
    driven.step()
    driven.transport.last("a").report(reached(order, 1, note="Waits for the host."))
    assert driven.step() == "a:waiting b:queued"
    driven.clocks.pass_by(30)
    assert driven.step() == "a:waiting b:downloading"
    driven.transport.last("a").report(reached(order, 2))
    driven.step()
    driven.await_stop("b")
    assert driven.step() == "a:downloading b:queued"


def test_what_somebody_must_do_something_about_is_a_failure(driven: Driven) -> None:
    driven.add("a")
    driven.add("b")
    driven.step()
    driven.finish("a", DownloadError("The host refuses it.", hint="Give a token.", kind="gated"))
    assert driven.step() == "a:failed b:downloading"
    failure = driven.items()[0].failure
    assert (failure.kind, failure.text, failure.hint) == (
        "gated",
        "The host refuses it.",
        "Give a token.",
    )
    driven.store.resume(["a"])
    driven.finish("b")
    assert driven.step() == "a:downloading b:done"


@pytest.mark.logs("KTDesk has a fault")
def test_a_fault_is_a_failure_and_the_queue_goes_on(driven: Driven) -> None:
    driven.add("a")
    driven.add("b")
    driven.step()
    driven.finish("a", RuntimeError("a fault"))
    assert driven.step() == "a:failed b:downloading"
    assert "KTDesk has a fault" in driven.items()[0].failure.text


def test_a_full_disk_is_waited_for(driven: Driven) -> None:
    driven.add("a")
    driven.step()
    driven.finish("a", DownloadError("The disk is full.", kind="full"))
    assert driven.step() == "a:waiting"
    assert driven.items()[0].waits_for is Wait.SPACE
    driven.clocks.pass_by(5)
    assert driven.step() == "a:downloading"


def test_nothing_begins_without_room_for_it(driven: Driven) -> None:
    driven.add("a", size=1 << 60)
    driven.add("b")
    assert driven.step() == "a:waiting b:downloading"
    item = driven.items()[0]
    assert item.waits_for is Wait.SPACE
    assert "not enough room" in item.failure.text


def test_verifying_is_told(driven: Driven) -> None:
    order = driven.add("a")
    driven.step()
    driven.transport.last("a").report(reached(order, 1000, FileState.VERIFYING))
    assert driven.step() == "a:verifying"


def test_another_source_takes_over_at_once(driven: Driven) -> None:
    order = driven.add("a")
    driven.step()
    driven.transport.last("a")
    driven.store.replace(replace(order, source="mirror"))
    driven.step()
    driven.await_stop("a")
    assert driven.step() == "a:downloading"
    assert [fetch.order.source for fetch in driven.transport.fetches] == ["hub", "mirror"]


def test_a_failure_of_the_source_before_is_none_of_the_one_now(driven: Driven) -> None:
    order = driven.add("a")
    driven.step()
    driven.store.replace(replace(order, source="mirror"))
    driven.finish("a", DownloadError("It is not there.", kind="missing"))
    assert driven.step() == "a:downloading"
    assert driven.transport.last("a").order.source == "mirror"


def test_downloads_run_in_their_hours(driven: Driven) -> None:
    night = Night(time(22), time(6))
    driven.add("a")
    driven.add("b")
    assert driven.step(night=night) == "a:waiting b:waiting"
    assert driven.items()[0].waits_for is Wait.NIGHT
    driven.clocks.now = datetime(2026, 11, 29, 22, 0)
    assert driven.step() == "a:downloading b:queued"
    driven.clocks.now = datetime(2026, 11, 30, 6, 0)
    driven.step()
    driven.await_stop("a")
    assert driven.step() == "a:waiting b:waiting"
    assert driven.step(night=None) == "a:downloading b:queued"


def test_the_next_driver_goes_on(driven: Driven) -> None:
    order = driven.add("a")
    driven.add("b")
    driven.step()
    driven.transport.last("a").report(reached(order, 700))
    driven.store.pause(["b"])
    driven.driver.close()
    assert [r.state for r in driven.store.records()] == [State.QUEUED, State.PAUSED]
    driven.driver = driven.make_driver()
    assert driven.step() == "a:downloading b:paused"
    assert driven.items()[0].progress.done_bytes == 700


def test_what_is_paused_waits_for_nothing(driven: Driven) -> None:
    driven.add("a")
    driven.step(night=Night(time(22), time(6)))
    driven.store.pause(["a"])
    driven.step(night=None)
    assert (driven.items()[0].state, driven.items()[0].waits_for) == (State.PAUSED, None)


def test_a_transfer_that_waits_for_its_host_also_ends_with_the_night(driven: Driven) -> None:
    order = driven.add("a")
    driven.step()
    driven.transport.last("a").report(reached(order, 1, note="Waits for the host."))
    driven.clocks.pass_by(60)
    driven.step(night=Night(time(22), time(6)))
    driven.await_stop("a")
    driven.step()
    assert driven.items()[0].waits_for is Wait.NIGHT
