# SPDX-License-Identifier: Apache-2.0
"""Remotes and engines that ask them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ktdesk.remote.any_engine import AnyEngine
from ktdesk.remote.remotes import new_remote, save_remote
from ktdesk.runtime.request import Done, Event, Failed, Request, Token
from tests.integration.remote.fake_endpoint import Fake, faking


@pytest.fixture(autouse=True)
def _no_store_of_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ktdesk.library.hub.credentials._backend", lambda: None)


@pytest.fixture
def engine() -> Iterator[AnyEngine]:
    engine = AnyEngine(threads=1)
    yield engine
    engine.unload()


@pytest.fixture
def fake() -> Iterator[Fake]:
    with faking(Fake()) as fake:
        yield fake


@pytest.fixture
def at(engine: AnyEngine) -> Callable[..., AnyEngine]:
    """Return what loads an address into the engine."""

    def load(address: str, **how: object) -> AnyEngine:
        engine.load(remote_file("lab", address, **how))
        return engine

    return load


def remote_file(name: str, address: str, **how: object) -> Path:
    """Keep a remote; return its file."""
    remote = new_remote(name, address, **how)
    save_remote(remote)
    return remote.path


def text_of(events: list[Event], channel: str = "answer") -> str:
    return "".join(e.text for e in events if isinstance(e, Token) and e.channel == channel)


def answered(engine: AnyEngine, request: Request) -> tuple[list[Event], Done]:
    *events, last = engine.generate(request)
    assert isinstance(last, Done), last
    return events, last


def failed(engine: AnyEngine, request: Request) -> Failed:
    *_, last = engine.generate(request)
    assert isinstance(last, Failed), last
    assert last.error.hint
    return last
