# SPDX-License-Identifier: Apache-2.0
"""A queue whose transfers do what a test tells them, by clocks that a test sets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ktdesk.errors import Cancelled
from ktdesk.library.downloads.driver import Clock, Driver, Rules
from ktdesk.library.downloads.item import Item, not_begun
from ktdesk.library.downloads.overview import Overview
from ktdesk.library.downloads.store import Store
from ktdesk.library.fetch.order import FileProgress, FileState, Order, Progress
from ktdesk.library.hub.listing import RemoteFile

PATIENCE_S = 20.0  # for threads, on a busy machine


def make_order(
    folder: Path, id_: str = "a", *, size: int = 1000, path: str = "", source: str = "hub"
) -> Order:
    file = RemoteFile(path or f"{id_}.gguf", size, "ab" * 32)
    return Order(id_, f"Model {id_}", source, "owner/name", "f00", (file,), folder / id_)


def reached(order: Order, done: int, state=FileState.FETCHING, note: str = "") -> Progress:
    """The progress of an order of one file."""
    return Progress((FileProgress(order.files[0], state, done),), 0.0 if note else 10.0, note)


class Fetch:
    """One call of fetch, as the test sees it."""

    def __init__(self, order: Order, stop: threading.Event, report: Callable) -> None:
        self.order, self.stop, self.report = order, stop, report
        self.end: Exception | None = None
        self.may_end = threading.Event()

    def finish(self, error: Exception | None = None) -> None:
        self.end = error
        self.may_end.set()

    def run(self) -> None:
        while not self.may_end.wait(0.002):
            if self.stop.is_set():
                raise Cancelled
        if self.end:
            raise self.end


class FakeTransport:
    """Fetches until the test says how that ends, or until it is stopped."""

    def __init__(self) -> None:
        self.fetches: list[Fetch] = []
        self.begun = threading.Condition()
        self.present: dict[str, tuple[Path, ...]] = {}
        self.limits: list[int] = []

    def fetch(self, order, stop, report) -> None:
        fetch = Fetch(order, stop, report)
        with self.begun:
            self.fetches.append(fetch)
            self.begun.notify_all()
        fetch.run()

    def missing_bytes(self, order: Order) -> int:
        return order.size_bytes

    def files(self, order: Order) -> tuple[Path, ...]:
        return self.present.get(order.id, ())

    def limit(self, bytes_per_s: int) -> None:
        self.limits.append(bytes_per_s)

    def last(self, order_id: str) -> Fetch:
        """Return the newest fetch of an order, as soon as there is one."""
        with self.begun:
            assert self.begun.wait_for(lambda: self._of(order_id), PATIENCE_S)
            return self._of(order_id)[-1]

    def _of(self, order_id: str) -> list[Fetch]:
        return [fetch for fetch in self.fetches if fetch.order.id == order_id]


@dataclass
class Clocks:
    """Both clocks, which stand still until they are moved."""

    now: datetime = datetime(2026, 11, 29, 12, 0)
    monotonic_s: float = 1000.0

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.monotonic_s += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.now, lambda: self.monotonic_s)


class Driven:
    """A driver that takes a step when it is told to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(folder / "list.sqlite")
        self.transport, self.clocks = FakeTransport(), Clocks()
        self.rules = Rules(reserve_bytes=0, keeps_awake=False)
        self._woken = threading.Event()
        self._overview = Overview()
        self.driver = self.make_driver()

    def make_driver(self) -> Driver:
        return Driver(self.store, self.transport, self.clocks.clock(), self._woken.set)

    def add(self, id_: str, **what) -> Order:
        order = make_order(self.folder, id_, **what)
        self.store.add(order, not_begun(order))
        return order

    def step(self, **rules) -> str:
        """Take a step by these rules; return the states, as 'a:downloading b:queued'."""
        self.rules = replace(self.rules, **rules)
        self.driver.step(self.rules)
        return " ".join(f"{item.id}:{item.state.value}" for item in self.items())

    def items(self) -> tuple[Item, ...]:
        return self._overview.items(
            self.store.records(),
            self.driver.progress,
            self.clocks.monotonic_s,
            is_driven=True,
        )

    def finish(self, id_: str, error: Exception | None = None) -> None:
        """Let the transfer of an order end, and wait until it has."""
        self._await_end(id_, lambda: self.transport.last(id_).finish(error))

    def await_stop(self, id_: str) -> None:
        """Wait until the transfer of an order has stopped, as it was told to."""
        self._await_end(id_, lambda: None)

    def _await_end(self, id_: str, act: Callable[[], object]) -> None:
        transfer = self.driver._transfers[id_]
        act()
        transfer.wait()


@pytest.fixture
def driven(tmp_path: Path) -> Iterator[Driven]:
    driven = Driven(tmp_path)
    yield driven
    driven.driver.close()
    driven.store.close()
