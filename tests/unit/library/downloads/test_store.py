# SPDX-License-Identifier: Apache-2.0
"""The list on the disk: what was written is read, by all, and damage costs no start."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ktdesk.errors import DownloadError
from ktdesk.library.downloads.item import Failure, State, Wait
from ktdesk.library.downloads.store import Store
from ktdesk.library.fetch.order import FileProgress, FileState, Order, Progress
from ktdesk.library.hub.listing import RemoteFile
from tests.unit.library.downloads.conftest import make_order, reached

names = st.text(st.characters(exclude_characters="\0"), min_size=1)  # also those that are no text
files = st.builds(RemoteFile, path=names, size_bytes=st.integers(0, 1 << 50), sha256=names)
orders = st.builds(
    Order,
    id=names,
    title=names,
    source=names,
    repository=names,
    revision=names,
    files=st.lists(files, max_size=3).map(tuple),
    folder=names.map(Path),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "downloads.sqlite"


def fill(path: Path, *ids: str) -> None:
    store = Store(path)
    for id_ in ids:
        order = make_order(path.parent, id_)
        store.add(order, reached(order, 0))
    store.close()


def ids(store: Store) -> str:
    return "".join(record.order.id for record in store.records())


@settings(max_examples=30)
@given(orders, st.data())
def test_an_order_comes_back_as_it_was(order: Order, data: st.DataObject) -> None:
    progress = Progress(
        tuple(
            FileProgress(file, data.draw(st.sampled_from(FileState)), data.draw(st.integers(0, 9)))
            for file in order.files
        ),
        data.draw(st.floats(0, 1e12)),
        data.draw(names),
    )
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder, "list"))
        store.add(order, progress)
        store.close()
        store = Store(Path(folder, "list"))
        [record] = store.records()
        store.close()
    assert (record.order, record.progress, record.state) == (order, progress, State.QUEUED)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(-5, 5))))
def test_moving_is_that_of_a_list(moves: list[tuple[str, int]]) -> None:
    wanted = list("abcd")
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder, "list"), *wanted)
        store = Store(Path(folder, "list"))
        for id_, by in moves:
            store.move(id_, by)
            others = [each for each in wanted if each != id_]
            at = max(0, wanted.index(id_) + by)
            wanted = [*others[:at], id_, *others[at:]]
        assert ids(store) == "".join(wanted)
        store.close()


def test_the_driver_never_overrules_a_pause(path: Path) -> None:
    fill(path, "a")
    driver, window = Store(path), Store(path)
    driver.settle("a", State.DOWNLOADING)
    window.pause(["a"])
    driver.settle("a", State.WAITING, waits_for=Wait.NETWORK)
    driver.queue_interrupted()
    assert driver.records()[0].state is State.PAUSED
    driver.close()
    window.close()


def test_pausing_keeps_a_failure_and_resuming_forgets_it(path: Path) -> None:
    fill(path, "a")
    store = Store(path)
    failure = Failure("gated", False, "Refused.", "Ask.")
    store.settle("a", State.FAILED, failure=failure)
    store.pause(["a"])
    assert (store.records()[0].state, store.records()[0].failure) == (State.FAILED, failure)
    store.resume(["a"])
    assert (store.records()[0].state, store.records()[0].failure) == (State.QUEUED, None)
    store.close()


def test_records_are_read_again_only_when_somebody_wrote(path: Path) -> None:
    fill(path, "a")
    one, other = Store(path), Store(path)
    before = one.records()
    assert one.records() is before
    other.write_progress({"a": reached(make_order(path.parent, "a"), 5)})
    assert one.records()[0].progress.done_bytes == 5
    one.close()
    other.close()


def damage_pages(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[100:3000] = b"\xff" * 2900
    path.write_bytes(data)


@pytest.mark.logs("is damaged")
@pytest.mark.parametrize(
    "damage",
    [
        damage_pages,
        lambda path: path.write_bytes(b"not a database, but long enough for one" * 100),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
    ],
)
def test_a_damaged_list_is_set_aside_by_name(path: Path, damage) -> None:
    fill(path, "a")
    damage(path)
    damaged = path.read_bytes()
    for number in ("", "1"):  # also when it happens again
        store = Store(path)
        aside = path.with_name(f"downloads.sqlite.broken{number}")
        assert store.records() == ()
        assert aside.read_bytes() == damaged
        assert str(aside) in store.notice
        order = make_order(path.parent, "b")
        store.add(order, reached(order, 0))
        store.close()
        path.write_bytes(damaged)


@pytest.mark.logs("is damaged")
def test_a_row_that_makes_no_sense_is_damage(path: Path) -> None:
    fill(path, "a")
    with sqlite3.connect(path) as database:
        database.execute("UPDATE orders SET description = '{'")
    database.close()
    store = Store(path)
    assert store.records() == ()
    store.close()
    with sqlite3.connect(path.with_name("downloads.sqlite.broken")) as database:
        assert database.execute("SELECT id FROM orders").fetchall() == [("a",)]
    database.close()


def test_a_list_of_a_newer_version_is_left_alone(path: Path) -> None:
    fill(path, "a")
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(DownloadError, match="newer KTDesk"):
        Store(path)
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT id FROM orders").fetchall() == [("a",)]
    database.close()


def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DownloadError, match="cannot be used"):
        Store(tmp_path / "file" / "downloads.sqlite")
    (tmp_path / "list").mkdir()
    with pytest.raises(DownloadError, match="cannot be used"):
        Store(tmp_path / "list")


def test_a_list_that_is_taken_away_is_said(path: Path) -> None:
    fill(path, "a")
    store = Store(path)
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE progress")
    database.close()
    with pytest.raises(DownloadError, match="cannot be used"):
        store.records()
    with pytest.raises(DownloadError, match="cannot be used"):
        store.erase("a")
    store.close()


def test_many_may_open_a_new_list_at_once(path: Path) -> None:
    with ThreadPoolExecutor(16) as threads:
        stores = list(threads.map(lambda _: Store(path), range(16)))
    order = make_order(path.parent, "a")
    stores[0].add(order, reached(order, 0))
    assert {ids(store) for store in stores} == {"a"}
    for store in stores:
        store.close()


@pytest.mark.slow
def test_many_processes_may_open_a_new_list_at_once(path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from ktdesk.library.downloads.store import Store; "
        "sys.stdin.readline(); Store(Path(sys.argv[1])).close()"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE)
        for _ in range(6)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    assert [process.wait() for process in processes] == [0] * 6


@pytest.mark.slow
def test_a_killed_writer_damages_nothing(path: Path) -> None:
    program = """
import sys
from pathlib import Path
from ktdesk.library.downloads.store import Store
from tests.unit.library.downloads.conftest import make_order, reached
store = Store(Path(sys.argv[1]))
for number in range(10**6):
    order = make_order(Path("/models"), f"{sys.argv[2]}-{number}")
    store.add(order, reached(order, 0))
    store.settle(order.id, store.records()[0].state)
    store.write_progress({order.id: reached(order, number % 1000)})
    print(number, flush=True)
"""
    root, told = Path(__file__).parents[4], 0
    for run in range(5):
        command = [sys.executable, "-c", program, str(path), str(run)]
        with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(5):
                process.stdout.readline()
                told += 1
            process.kill()
        store = Store(path)
        assert store.notice == ""
        assert len(store.records()) >= told
        store.close()
