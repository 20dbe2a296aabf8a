# SPDX-License-Identifier: Apache-2.0
"""What all tests share: no window on the screen, no files of the user, no thread or warning left.

A test that makes KTDesk log a warning says so, by `@pytest.mark.logs("part of the message")`.
"""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["KTDESK_RELEASES"] = "https://releases.invalid/"  # as in packages; nobody is there

from ktdesk.library.demo import DemoModels
from ktdesk.library.demo import demo_models as make_demo_models
from ktdesk.settings import models_folder

hypothesis.settings.register_profile("ktdesk", deadline=None)  # time is never asserted
hypothesis.settings.load_profile("ktdesk")

_USERS_MODELS = models_folder()  # before any test gets a home of its own
_THREADS_END_WITHIN_S = 5.0


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--gpu", action="store_true", help="use the card, not the emulated GPU")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--gpu"):
        from tests.gpu.under_test import Choice

        Choice.is_card = True
    config.addinivalue_line("markers", "logs(pattern): the test makes KTDesk log this warning")


@pytest.fixture(scope="session")
def demo_models() -> DemoModels:
    """The demo models in the user's own folder. They are fetched and built the first time."""
    return make_demo_models(_USERS_MODELS)


@pytest.fixture(autouse=True)
def _home_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KTDESK_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("ktdesk.library.shelf.shelf.places_of_others", list)


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    before = _threads()
    yield
    deadline = time.monotonic() + _THREADS_END_WITHIN_S
    while left := _threads() - before:
        if time.monotonic() > deadline:
            pytest.fail(f"threads are left behind: {', '.join(sorted(map(str, left)))}")
        time.sleep(0.01)


def _threads() -> set[threading.Thread]:
    """Return Python's threads. One of Qt's that has logged stays in the list as a dummy."""
    return {thread for thread in threading.enumerate() if not thread.name.startswith("Dummy-")}


@pytest.fixture(autouse=True)
def _no_unexpected_warning(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    yield
    expected = [str(mark.args[0]) for mark in request.node.iter_markers("logs")]
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    said = [r.getMessage() for r in records if r.levelno >= logging.WARNING]
    unexpected = [text for text in said if not any(re.search(p, text) for p in expected)]
    assert not unexpected, "unexpected warnings in the log"
    missing = [p for p in expected if not any(re.search(p, text) for text in said)]
    assert not missing, "warnings that the test expects are not in the log"
