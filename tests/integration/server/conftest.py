# SPDX-License-Identifier: Apache-2.0
"""A server that really listens, over a small model, and the same model in an engine of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from ktdesk.engine import DEFAULT_PARALLEL, Engine
from ktdesk.library.shelf.shelf import Shelf
from ktdesk.runtime.request import Done, Message, Options, Request, Token
from ktdesk.server.keys import Key
from ktdesk.server.service import Service
from ktdesk.settings import SamplingSettings, ServerSettings
from tests.tiny import tiny_deepseek, tiny_llama

GREEDY = SamplingSettings(temperature=0.0)


def wait_until(is_so: Callable[[], bool], within_s: float = 20.0) -> None:
    """Wait for what must come soon; fail if it does not."""
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, "it has not come"
        time.sleep(0.01)


class Served:
    """A server in a thread."""

    def __init__(self, service: Service, engine: Engine) -> None:
        self.service, self.engine, self.url = service, engine, service.address
        self.dispatcher = service._dispatcher

    def wait_until_idle(self) -> None:
        """Wait until no place is taken."""
        wait_until(lambda: not self.dispatcher.running and not self.dispatcher.waiting)

    def client(self, **named) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=60, trust_env=False, **named)


@contextmanager
def serving(
    models: Sequence[Path],
    *,
    settings: ServerSettings | None = None,
    sampling: SamplingSettings = GREEDY,
    keys: Sequence[Key] = (),
    load: Callable | None = None,
    parallel: int = DEFAULT_PARALLEL,
) -> Iterator[Served]:
    engine = Engine(threads=1)
    service = Service(
        engine,
        lambda: [Shelf(()).look_at(path) for path in models],
        load or (lambda path, progress: engine.load(path, progress=progress, parallel=parallel)),
        settings or ServerSettings(port=0),
        lambda path: sampling,
        keys,
    )
    with running(service, engine) as served:
        yield served


@contextmanager
def running(service: Service, engine: Engine) -> Iterator[Served]:
    """Run a server while inside."""
    ready = threading.Event()
    thread = threading.Thread(target=service.run, args=(ready.set,))
    thread.start()
    try:
        assert ready.wait(20)
        port = httpx.URL(service.address).port
        httpx.get(
            f"http://127.0.0.1:{port}/v1/models", trust_env=False
        )  # all its threads are there now
        yield Served(service, engine)
    finally:
        service.stop()
        thread.join(30)
        assert not thread.is_alive()


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_deepseek(tmp_path_factory.mktemp("served") / "tiny-deepseek.gguf").path


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_llama(tmp_path_factory.mktemp("served") / "tiny-llama.gguf").path


@pytest.fixture(scope="module")
def served(tiny: Path, other: Path) -> Iterator[Served]:
    """One server for the tests of a module; its threads end with the module."""
    with serving([tiny, other]) as served:
        yield served


@pytest.fixture(scope="session")
def alone(tiny: Path) -> Iterator[Engine]:
    engine = Engine(threads=1)
    engine.load(tiny)
    yield engine
    engine.unload()


def answer(engine: Engine, *messages: Message, prompt: str | None = None, **options) -> str:
    """Return what the engine itself says."""
    request = Request(messages=messages, prompt=prompt, options=Options(temperature=0, **options))
    *events, last = engine.generate(request)
    assert isinstance(last, Done), last
    return "".join(event.text for event in events if isinstance(event, Token))
