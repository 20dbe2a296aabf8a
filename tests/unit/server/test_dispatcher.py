# SPDX-License-Identifier: Apache-2.0
"""Whose turn it is, and which model is loaded, with an engine that pretends."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from ktdesk.errors import Cancelled, ModelFileError
from ktdesk.runtime.progress import LoadProgress
from ktdesk.runtime.request import NOTHING_DONE, Done, Failed
from ktdesk.server.delivery import Delivery
from ktdesk.server.dispatcher import Dispatcher
from ktdesk.server.failures import ApiError
from ktdesk.server.job import Item, Job

A, B = Path("a.gguf"), Path("b.gguf")


class Engine:
    """Notes what is done with it."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.info: SimpleNamespace | None = None
        self.parallel = 2
        self.during_load: Callable[[], None] = lambda: None

    def load(self, path: Path, report: Callable[[LoadProgress], None]) -> None:
        self.info = None
        report(LoadProgress("Reading", 0.5))
        self.during_load()
        report(LoadProgress("Ready", 1.0))
        self.info = SimpleNamespace(path=path, parallel=self.parallel)
        self.done.append(f"load {path.stem}")

    def unload(self) -> None:
        self.info = None
        self.done.append("unload")

    def cancel(self, request_id: str) -> None:
        self.done.append(f"cancel {request_id}")


class Hall:
    """A dispatcher, and a place that a test holds."""

    def __init__(
        self, places: int, queue_length: int, keep_s: float, *, loads: bool = True
    ) -> None:
        self.engine = Engine()
        self.dispatcher = Dispatcher(
            self.engine,  # pyright: ignore[reportArgumentType] - as much of one as is needed
            self.engine.load if loads else None,
            queue_length=queue_length,
            keep_s=keep_s,
            places=places,
        )
        self.dispatcher.start()
        self.go = threading.Event()

    def job(self, name: str, *, model: Path | None = A, owner: str = "", **named) -> Job:
        def work(engine: object) -> Iterator[Done]:
            self.engine.done.append(name)
            yield Done("end", NOTHING_DONE)

        return Job(model, work, owner=owner, request_id=name, **named)

    def held(self, model: Path = A) -> Job:
        """Return a job that ends when `go` is set."""

        def work(engine: object) -> Iterator[Done]:
            assert self.go.wait(20)
            yield Done("end", NOTHING_DONE)

        return Job(model, work, owner="holder")

    def hold(self, model: Path = A) -> Job:
        """Take a place until `go` is set."""
        running, job = self.dispatcher.running, self.held(model)
        self.dispatcher.submit(job)
        wait_until(lambda: self.dispatcher.running == running + 1)
        return job

    def finish(self) -> list[str]:
        """Let all go on; return what was done."""
        self.go.set()
        wait_until(lambda: not self.dispatcher.running and not self.dispatcher.waiting)
        return self.engine.done


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.fixture
def hall() -> Iterator[Callable[..., Hall]]:
    made: list[Hall] = []

    def make(places: int = 1, queue_length: int = 100, keep_s: float = -1.0) -> Hall:
        made.append(Hall(places, queue_length, keep_s))
        return made[-1]

    yield make
    for each in made:
        each.go.set()
        each.dispatcher.close()


def test_owners_take_turns(hall: Callable[..., Hall]) -> None:
    it = hall()
    it.hold()
    it.dispatcher.submit(*(it.job(f"greedy {i}", owner="greedy") for i in range(3)))
    it.dispatcher.submit(it.job("modest", owner="modest"))
    assert it.finish() == ["load a", "greedy 0", "modest", "greedy 1", "greedy 2"]


def test_a_model_is_loaded_when_its_turn_comes(hall: Callable[..., Hall]) -> None:
    it = hall()
    for name, model in (("1", A), ("2", A), ("3", B), ("4", A)):
        it.dispatcher.submit(it.job(name, model=model))
    assert it.finish() == ["load a", "1", "2", "load b", "3", "load a", "4"]
    assert it.dispatcher.model == A


def test_places_side_by_side_share_a_model(hall: Callable[..., Hall]) -> None:
    it = hall(places=2)
    it.hold()
    it.dispatcher.submit(it.job("beside"))
    wait_until(lambda: "beside" in it.engine.done)  # while the first is still held
    it.dispatcher.submit(it.job("other", model=B), it.job("behind"))
    time.sleep(0.05)
    assert it.engine.done == ["load a", "beside"]  # the other model waits until all are free
    assert it.finish() == ["load a", "beside", "load b", "other", "load a", "behind"]


def test_no_more_run_than_the_model_answers_at_a_time(hall: Callable[..., Hall]) -> None:
    it = hall(places=8)
    assert it.dispatcher.places == 1  # of none it is not known
    it.hold()
    wait_until(lambda: it.dispatcher.places == 2)
    it.hold()
    late = it.job("late")
    it.dispatcher.submit(late)
    time.sleep(0.05)
    assert (it.dispatcher.running, it.dispatcher.waiting) == (2, 1)
    assert it.finish() == ["load a", "late"]


def test_those_who_waited_for_a_model_run_as_soon_as_it_is_there(
    hall: Callable[..., Hall],
) -> None:
    it = hall(places=2)
    loaded = threading.Event()
    it.engine.during_load = lambda: assert_set(loaded)
    it.dispatcher.submit(it.held())
    it.dispatcher.submit(it.job("other"))
    loaded.set()
    wait_until(lambda: it.engine.done == ["load a", "other"])  # while the first still runs
    it.finish()


def assert_set(event: threading.Event) -> None:
    assert event.wait(20)


def test_one_that_waits_is_cancelled_without_a_trace(hall: Callable[..., Hall]) -> None:
    it = hall()
    it.hold()
    first, second = it.job("first"), it.job("second")
    it.dispatcher.submit(first, second)
    it.dispatcher.cancel(first)
    assert it.dispatcher.waiting == 1
    assert it.finish() == ["load a", "cancel first", "second"]
    it.dispatcher.cancel(second)  # has ended long ago: no harm
    assert not it.dispatcher.running


def test_a_queue_that_is_full_takes_all_or_none(hall: Callable[..., Hall]) -> None:
    it = hall(queue_length=2)
    it.hold()
    it.dispatcher.submit(it.job("1"))
    with pytest.raises(ApiError) as caught:
        it.dispatcher.submit(it.job("2"), it.job("3"))
    assert (caught.value.status, caught.value.retry_after_s > 0) == (503, True)
    assert it.dispatcher.waiting == 1
    it.dispatcher.submit(it.job("4"))
    assert it.finish() == ["load a", "1", "4"]


def test_loading_stops_when_nobody_wants_the_model(hall: Callable[..., Hall]) -> None:
    it = hall()
    job = it.job("1")
    it.engine.during_load = lambda: it.dispatcher.cancel(job)
    it.dispatcher.submit(job)
    assert it.finish() == ["cancel 1"]
    assert (it.dispatcher.model, it.dispatcher.loading) == (None, None)


def test_loading_goes_on_for_those_who_wait_for_it(hall: Callable[..., Hall]) -> None:
    it = hall()
    job = it.job("1")

    def during() -> None:
        it.dispatcher.submit(it.job("2"))
        it.dispatcher.cancel(job)

    it.engine.during_load = during
    it.dispatcher.submit(job)
    wait_until(lambda: "2" in it.engine.done)
    assert it.finish() == ["cancel 1", "load a", "2"]


def items(hall: Hall, make: Callable[[], Job]) -> list[Item]:
    async def all_of() -> list[Item]:
        job = make()
        hall.dispatcher.submit(job)
        return [item async for item in job.items()]

    return asyncio.run(all_of())


def test_what_fails_fails_alone(hall: Callable[..., Hall]) -> None:
    it = hall()
    error = ModelFileError(A, "a.gguf is damaged.", hint="Fetch it again.")

    def broken() -> None:
        raise error

    def job() -> Job:
        return it.job("1", delivery=Delivery(asyncio.get_running_loop()))

    it.engine.during_load = broken
    *_, last = items(it, job)
    assert last == Failed(error)
    it.engine.during_load = lambda: None
    progress, *_, last = items(it, job)
    assert progress == LoadProgress("Reading", 0.5)
    assert last == Done("end", NOTHING_DONE)


def test_a_cancelled_load_is_no_error(hall: Callable[..., Hall]) -> None:
    it = hall()

    def stop() -> None:
        raise Cancelled

    it.engine.during_load = stop
    *_, last = items(it, lambda: it.job("1", delivery=Delivery(asyncio.get_running_loop())))
    assert isinstance(last, Done)


def test_a_model_goes_when_its_time_is_up(hall: Callable[..., Hall]) -> None:
    it = hall(keep_s=0.0)
    it.dispatcher.submit(it.job("1"))
    wait_until(lambda: it.engine.done[-1:] == ["unload"])
    it.dispatcher.submit(it.job("2", keep_s=-1.0))
    wait_until(lambda: it.engine.done[-1:] == ["2"])
    time.sleep(0.05)
    assert it.engine.done == ["load a", "1", "unload", "load a", "2"]
    assert it.dispatcher.expires_in_s is None
    it.dispatcher.submit(it.job("3", keep_s=1000.0))
    wait_until(lambda: not it.dispatcher.running and it.engine.done[-1] == "3")
    assert it.dispatcher.expires_in_s is not None


def test_nobody_is_let_in_at_the_end(hall: Callable[..., Hall]) -> None:
    it = hall()
    it.hold()
    it.dispatcher.submit(it.job("waits"))
    it.dispatcher.end()
    assert it.dispatcher.waiting == 0
    with pytest.raises(ApiError, match="ending"):
        it.dispatcher.submit(it.job("late"))


def test_a_free_place_is_no_part_of_the_queue(hall: Callable[..., Hall]) -> None:
    it = hall(queue_length=1)

    def wait() -> None:
        assert it.go.wait(20)

    it.engine.during_load = wait
    it.dispatcher.submit(it.job("1"), it.job("2"))  # before the first has been taken
    with pytest.raises(ApiError):
        it.dispatcher.submit(it.job("3"))
    assert it.finish() == ["load a", "1", "2"]


def test_where_somebody_else_loads_nothing_is_loaded_or_unloaded() -> None:
    it = Hall(places=1, queue_length=100, keep_s=0.0, loads=False)
    it.engine.info = SimpleNamespace(path=A, parallel=1)
    it.dispatcher.submit(it.job("1"), it.job("2", model=B, keep_s=0), it.job("3", model=None))
    assert it.finish() == ["1"]
    assert it.dispatcher.expires_in_s is None
    it.engine.info = SimpleNamespace(
        path=B, parallel=1
    )  # as when the window has loaded another one
    it.dispatcher.submit(it.job("4"), it.job("5", model=B))
    assert it.finish() == ["1", "5"]
    it.dispatcher.close()
    assert it.engine.info
