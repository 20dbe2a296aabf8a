# SPDX-License-Identifier: Apache-2.0
"""The queue with the real fetcher, against a server that goes wrong as told."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from ktdesk.library.downloads.item import State, Wait
from ktdesk.library.downloads.queue import DownloadQueue
from ktdesk.library.downloads.space import SpaceShortage
from ktdesk.library.downloads.web_transport import WebTransport
from ktdesk.library.fetch.order import Order
from ktdesk.library.web import Web
from tests.faulty_server import FaultyServer
from tests.faulty_server.faults import Fault, Reply
from tests.integration.downloads.orders import BLOCK, QUICK, ServerOrigin, check_files, serve
from tests.small_disk import small_disk_at
from tests.watched_queue import PATIENCE_S, RULES, Watched

ROOT = Path(__file__).parents[3]

DRIVER = """
import sys
import time
from pathlib import Path
from ktdesk.library.web import Web
from ktdesk.library.downloads.web_transport import WebTransport
from tests.integration.downloads.orders import QUICK, ServerOrigin
from tests.watched_queue import Watched
web = Web(connect_timeout_s=2, read_timeout_s=2)
watched = Watched(
    Path(sys.argv[1]), WebTransport(web, lambda order: ServerOrigin(sys.argv[2]), QUICK)
)
watched.queue.start()
while watched.queue._runner._driver is None:  # its thread begins later
    time.sleep(0.01)
print("ready", flush=True)
watched.wait(lambda snapshot: not snapshot.totals.orders)
watched.queue.close()
web.close()
"""


@pytest.fixture
def web() -> Iterator[Web]:
    web = Web(connect_timeout_s=2, read_timeout_s=2)
    yield web
    web.close()


@pytest.fixture
def watched(web: Web, server: FaultyServer, tmp_path: Path) -> Iterator[Watched]:
    transport = WebTransport(web, lambda order: ServerOrigin(server.url), QUICK)
    watched = Watched(tmp_path / "list", transport)
    watched.queue.start()
    yield watched
    watched.queue.close()


def drip(server: FaultyServer, order: Order, bytes_per_s: float) -> None:
    for file in order.files:
        server.fail_always(f"/{file.path}", Fault(drip_bytes_per_s=bytes_per_s))


def let_go(server: FaultyServer, order: Order) -> None:
    for file in order.files:
        server.fail_always(f"/{file.path}", Fault())


def test_two_orders_come_one_after_the_other(
    watched: Watched, server: FaultyServer, tmp_path: Path
) -> None:
    first = serve(server, tmp_path / "a", **{"a.gguf": 3 * BLOCK})
    second = serve(server, tmp_path / "b", **{"b.gguf": 2 * BLOCK + 1})
    watched.queue.add(first)
    watched.queue.add(second)
    watched.wait_for("done done")
    check_files(first, server)
    check_files(second, server)
    paths = [one.request.path for one in server.log]
    assert paths == sorted(paths)
    assert watched.transport.missing_bytes(first) == 0


def test_a_pause_keeps_what_came(watched: Watched, server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path / "a", **{"a.gguf": 20 * BLOCK})
    drip(server, order, 4 * BLOCK)
    id_ = watched.queue.add(order)
    watched.wait(lambda snapshot: snapshot.totals.done_bytes >= 2 * BLOCK)
    watched.queue.pause(id_)
    watched.wait_for("paused")
    done = watched.wait(lambda s: s.items[0].progress.bytes_per_s == 0).items[0].progress.done_bytes
    assert done >= 2 * BLOCK
    assert {path.name for path in watched.queue.files(id_)} >= {"a.gguf.part"}
    let_go(server, order)
    watched.queue.resume(id_)
    watched.wait_for("done")
    check_files(order, server)


def test_removing_deletes_all_that_came(
    watched: Watched, server: FaultyServer, tmp_path: Path
) -> None:
    order = serve(server, tmp_path / "a", **{"sub/a.gguf": 20 * BLOCK})
    drip(server, order, 4 * BLOCK)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "mine.txt").write_bytes(b"not of the order")
    id_ = watched.queue.add(order)
    watched.wait(lambda snapshot: snapshot.totals.done_bytes >= BLOCK)
    watched.queue.remove(id_, delete_files=True)
    watched.wait(lambda snapshot: not snapshot.items)
    deadline = time.monotonic() + PATIENCE_S
    while (left := [p.name for p in (tmp_path / "a").iterdir()]) != ["mine.txt"]:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def test_what_the_source_refuses_is_told(
    watched: Watched, server: FaultyServer, tmp_path: Path
) -> None:
    order = serve(server, tmp_path / "a", **{"a.gguf": BLOCK})
    server.fail_always("/a.gguf", Fault(reply=Reply(404)))
    watched.queue.add(order)
    watched.wait_for("failed")
    failure = watched.queue.snapshot().items[0].failure
    assert failure.kind == "missing"
    assert failure.text
    let_go(server, order)
    watched.queue.resume_all()
    watched.wait_for("done")


def test_a_host_that_is_away_is_waited_for(
    watched: Watched, server: FaultyServer, tmp_path: Path
) -> None:
    order = serve(server, tmp_path / "a", **{"a.gguf": BLOCK})
    server.fail_always("/a.gguf", Fault(reply=Reply(503)))
    watched.queue.add(order)
    item = watched.wait(lambda s: s.items and s.items[0].state is State.WAITING).items[0]
    assert item.progress.note
    let_go(server, order)
    watched.wait_for("done")
    check_files(order, server)


def test_the_speed_limit_can_be_changed_on_the_way(
    watched: Watched, server: FaultyServer, tmp_path: Path
) -> None:
    watched.transport.limit(BLOCK)  # at this rate it would take minutes
    order = serve(server, tmp_path / "a", **{"a.gguf": 200 * BLOCK})
    watched.queue.add(order)
    watched.wait(lambda snapshot: snapshot.totals.done_bytes)
    watched.transport.limit(0)
    watched.wait_for("done")
    check_files(order, server)


@pytest.mark.slow
def test_a_queue_that_is_killed_goes_on(web: Web, server: FaultyServer, tmp_path: Path) -> None:
    order = serve(server, tmp_path / "a", **{"a.gguf": 40 * BLOCK, "b.gguf": 20 * BLOCK})
    drip(server, order, 10 * BLOCK)
    watched = Watched(tmp_path / "list", WebTransport(web, lambda _: ServerOrigin(server.url)))
    watched.queue.add(order)
    moments = random.Random(7)
    for _ in range(6):
        with start_driver(tmp_path / "list", server) as process:
            time.sleep(moments.uniform(0.05, 1.0))
            process.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    assert [item.state for item in watched.queue.snapshot().items] == [State.QUEUED]
    let_go(server, order)
    watched.queue.start()
    watched.wait_for("done")
    watched.queue.close()
    check_files(order, server)


@pytest.mark.slow
def test_another_process_takes_over_from_a_killed_one(
    watched: Watched, server: FaultyServer, tmp_path: Path
) -> None:
    watched.queue.close()
    order = serve(server, tmp_path / "a", **{"a.gguf": 20 * BLOCK})
    drip(server, order, 4 * BLOCK)
    follower = Watched(tmp_path / "list", watched.transport)
    follower.queue.add(order)
    with start_driver(tmp_path / "list", server) as process:
        follower.queue.start()
        follower.wait(lambda snapshot: snapshot.totals.done_bytes >= 2 * BLOCK)
        assert follower.queue._runner._driver is None
        process.kill()
    let_go(server, order)
    follower.wait_for("done")
    follower.queue.close()
    check_files(order, server)
    assert server.sent_bytes("/a.gguf") <= order.size_bytes + 3 * BLOCK  # one for each connection


def start_driver(folder: Path, server: FaultyServer) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(folder), server.url],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk_at(tmp_path / "disk", 8 << 20) as folder:
        yield folder


def test_a_disk_that_becomes_full_is_waited_for(
    watched: Watched, server: FaultyServer, small_disk: Path
) -> None:
    order = serve(server, small_disk / "a", **{"a.gguf": 60 * BLOCK})
    drip(server, order, 8 * BLOCK)
    id_ = watched.queue.add(order)
    watched.wait(lambda snapshot: snapshot.totals.done_bytes >= BLOCK)
    filler = small_disk / "filler"
    fill(filler)
    item = watched.wait(lambda s: s.items[0].waits_for is Wait.SPACE).items[0]
    assert item.failure.text
    filler.unlink()
    let_go(server, order)
    watched.queue.resume(id_)
    watched.wait_for("done")
    check_files(order, server)


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass


@pytest.mark.logs("cannot be used")
def test_a_list_that_cannot_grow_stops_nothing(
    web: Web, server: FaultyServer, small_disk: Path, tmp_path: Path
) -> None:
    order = serve(server, tmp_path / "a", **{"a.gguf": 20 * BLOCK})
    drip(server, order, 10 * BLOCK)
    transport = WebTransport(web, lambda _: ServerOrigin(server.url), QUICK)
    watched = Watched(small_disk / "list", transport)
    watched.queue.start()
    watched.queue.add(order)
    watched.wait(lambda snapshot: snapshot.totals.done_bytes)
    filler = small_disk / "filler"
    fill(filler)
    watched.wait(lambda snapshot: "cannot be used" in snapshot.notice)
    filler.unlink()
    watched.wait_for("done")
    watched.wait(lambda snapshot: not snapshot.notice)
    watched.queue.close()
    check_files(order, server)


def test_an_order_without_room_is_refused_with_a_folder_that_has_it(
    web: Web, server: FaultyServer, small_disk: Path, tmp_path: Path
) -> None:
    order = serve(server, small_disk / "a", **{"a.gguf": 200 * BLOCK})
    transport = WebTransport(web, lambda _: ServerOrigin(server.url), QUICK)
    roomy, small = tmp_path / "roomy", small_disk / "other"
    queue = DownloadQueue(tmp_path / "list", transport, rules=RULES, folders=[small, roomy])
    with pytest.raises(SpaceShortage, match="not enough room") as raised:
        queue.add(order)
    assert raised.value.folders == (roomy,)
    assert str(roomy) in raised.value.hint
    half = replace(order, files=(replace(order.files[0], size_bytes=100 * BLOCK),))
    queue.add(half)
    with pytest.raises(SpaceShortage, match="other downloads still need"):
        queue.add(replace(half, folder=small_disk / "b"))
    queue.close()
