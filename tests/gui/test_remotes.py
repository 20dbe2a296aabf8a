# SPDX-License-Identifier: Apache-2.0
"""A model of another machine in the window: it is listed, loaded and asked as others are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ktdesk.remote.any_engine import AnyEngine
from ktdesk.remote.remotes import Remote, new_remote, save_remote
from tests.integration.remote.fake_endpoint import Fake, chunk, end, faking
from ui.chat.model_choice import ModelChoice
from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.main_window import MainWindow

WAIT_MS = 20_000  # on a machine that is busy


@pytest.fixture
def engine() -> Iterator[AnyEngine]:
    engine = AnyEngine(threads=1)
    yield engine
    engine.unload()


@pytest.fixture(autouse=True)
def _no_store_of_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ktdesk.library.hub.credentials._backend", lambda: None)


@pytest.fixture
def remote() -> Iterator[tuple[Remote, Fake]]:
    answer = [chunk({"reasoning_content": "Hm."}), chunk({"content": "From afar."}), end()]
    with faking(Fake(answer=answer)) as fake:
        remote = new_remote("lab", fake.address)
        save_remote(remote)
        yield remote, fake


def choose(qtbot: QtBot, window: MainWindow, name: str) -> None:
    menu = window.findChild(ModelChoice).menu()

    def found() -> list[QAction]:
        return [action for action in menu.actions() if action.text().startswith(name)]

    menu.aboutToShow.emit()
    qtbot.waitUntil(lambda: bool(found()), timeout=WAIT_MS)
    (action,) = found()
    assert "remote" in action.text()
    action.trigger()


def test_it_is_chosen_and_answers(
    qtbot: QtBot,
    window: MainWindow,
    model: ModelPresenter,
    chat: ChatPresenter,
    remote: tuple[Remote, Fake],
) -> None:
    choose(qtbot, window, "lab")
    qtbot.waitUntil(lambda: model.is_ready, timeout=WAIT_MS)
    assert model.info is not None
    assert model.info.path == remote[0].path
    said = [label.text() for label in window.findChildren(QLabel, "status")]
    assert f"computed at {remote[0].address}" in said
    assert chat.ask("hello")
    qtbot.waitUntil(lambda: not chat.is_answering, timeout=WAIT_MS)
    assert chat.messages[-1].text == "From afar."
    assert chat.messages[-1].reasoning == "Hm."


def test_one_that_is_not_reached_says_so(
    qtbot: QtBot, window: MainWindow, model: ModelPresenter
) -> None:
    with faking(Fake()) as fake:
        save_remote(new_remote("gone", fake.address))
    choose(qtbot, window, "gone")
    qtbot.waitUntil(lambda: window.page.banner.isVisible(), timeout=WAIT_MS)
    assert "not reached" in window.page.banner.text
    assert not model.is_ready
