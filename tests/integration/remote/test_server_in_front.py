# SPDX-License-Identifier: Apache-2.0
"""A server in front of a remote: several of its clients are passed on at a time, and no more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from ktdesk.loading import load_into
from ktdesk.remote.any_engine import AnyEngine
from ktdesk.remote.remotes import as_model, read_remote
from ktdesk.runtime.progress import Report
from ktdesk.server.service import Service
from ktdesk.settings import EngineSettings, ServerSettings
from tests.integration.remote.conftest import remote_file
from tests.integration.remote.fake_endpoint import Fake, chunk, end
from tests.integration.server.conftest import GREEDY, Served, running, wait_until

CHAT = {"model": "lab", "messages": [{"role": "user", "content": "hello"}], "stream": True}


@pytest.fixture
def front(fake: Fake) -> Iterator[Served]:
    """A server that asks the endpoint for two answers at a time, with one more in its queue."""
    fake.answer = [chunk({"content": "slow"}), None, chunk({"content": "ly"}), end()]
    remote = read_remote(remote_file("lab", fake.address))
    engine = AnyEngine(threads=1)

    def load(path: Path, progress: Report) -> None:
        load_into(engine, path, EngineSettings(parallel=2), "auto", progress)

    settings = ServerSettings(port=0, queue_length=1)
    service = Service(engine, lambda: [as_model(remote)], load, settings, lambda path: GREEDY)
    with running(service, engine) as served:
        yield served
        fake.go.set()


def begun(stack: ExitStack, http: httpx.Client) -> Iterator[str]:
    """Ask; return the lines that follow the first word. Who drops them goes away."""
    response = stack.enter_context(http.stream("POST", "/v1/chat/completions", json=CHAT))
    assert response.status_code == 200
    lines = response.iter_lines()
    while "slow" not in next(lines):
        pass
    return lines


def test_two_are_asked_side_by_side(front: Served, fake: Fake) -> None:
    with front.client() as http, ExitStack() as stack:
        answers = [begun(stack, http) for _ in range(2)]  # neither has ended
        assert len(fake.asked) == 2
        fake.go.set()
        for lines in answers:
            assert any('"ly"' in line for line in lines)
    front.wait_until_idle()


def test_others_wait_and_get_the_place_of_one_who_goes(front: Served, fake: Fake) -> None:
    texts: list[str] = []

    def ask() -> None:
        texts.append(http.post("/v1/chat/completions", json=CHAT).text)

    with front.client() as http, ExitStack() as stack:
        stays = begun(stack, http)
        with ExitStack() as leaving:
            goes = begun(leaving, http)
            waiting = threading.Thread(target=ask)
            waiting.start()
            wait_until(lambda: front.dispatcher.waiting == 1)
            assert http.post("/v1/chat/completions", json=CHAT).status_code == 503
            assert len(fake.asked) == 2
            del goes
        wait_until(lambda: len(fake.asked) == 3)
        assert fake.gone.wait(20)  # the endpoint knows of the one who went
        fake.go.set()
        waiting.join(20)
        assert '"ly"' in texts[0]
        assert any('"ly"' in line for line in stays)
    front.wait_until_idle()
