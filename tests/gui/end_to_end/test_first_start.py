# SPDX-License-Identifier: Apache-2.0
"""From nothing to the first answer: reading and pressing take a person two minutes at most."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from ktdesk.hardware.machine import Machine
from ktdesk.settings import models_folder
from tests.gui.end_to_end.conftest import REPOSITORY
from tests.gui.first_walk import Walk
from tests.gui.wizard_driving import wait
from tests.gui.wizard_machines import MACHINES
from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.language import Language
from ui.library.discover_page import DiscoverPage
from ui.library.shelf_page import ShelfPage
from ui.main_window import MainWindow
from ui.settings_store import SettingsStore
from ui.wizard.first_step import FirstStep
from ui.wizard.page import WizardPage

MOST_S = {
    "test_with_the_demo_model": 120,
    "test_with_a_model_that_is_fetched": 180,  # choosing and fetching one's own is a minute more
}
LANGUAGES = {"English": "en", "Chinese": "zh_CN"}


@pytest.fixture(params=LANGUAGES)
def language(qapp: QApplication, request: pytest.FixtureRequest) -> Iterator[str]:
    language = Language(qapp)
    language.use(LANGUAGES[request.param])
    yield request.param
    language.use("en")


@pytest.fixture
def walk(
    qtbot: QtBot,
    language: str,
    machine: Machine,
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
) -> Iterator[Walk]:
    walk = Walk(qtbot)
    yield walk
    (machine_name,) = (name for name, each in MACHINES.items() if each is machine)
    record_property("way", request.node.originalname)
    record_property("machine", machine_name)
    record_property("language", language)
    for name in ("words", "characters", "presses", "keys", "seconds"):
        record_property(name, getattr(walk, name))
    assert walk.seconds <= MOST_S[request.node.originalname]


@pytest.fixture
def first_start(
    qtbot: QtBot,
    paged: MainWindow,
    machine: Machine,
    store: SettingsStore,
    monkeypatch: pytest.MonkeyPatch,
) -> WizardPage:
    """The first step, on a machine with no model."""
    monkeypatch.setattr("ui.wizard.presenter.describe_machine", lambda folders, settings: machine)
    store.set("sampling", "max_tokens", 4)
    paged.show_wizard()
    paged.wizard.look()
    wait(qtbot, lambda: bool(paged.wizard.prospects and paged.wizard.places))
    return paged.findChild(WizardPage)


def read_steps(walk: Walk, page: WizardPage) -> None:
    """Read all four steps and go on after each, but for the last."""
    for step in range(4):
        walk.read(page)
        if step < 3:
            walk.press(page.next)


def ask(qtbot: QtBot, walk: Walk, window: MainWindow, chat: ChatPresenter) -> None:
    """Ask what is suggested first, and see the answer."""
    walk.read(window)
    walk.press(window.findChildren(QPushButton, "chip")[0])
    wait(qtbot, lambda: len(chat.messages) == 2 and not chat.is_answering)
    stats = chat.messages[1].stats
    assert stats
    assert stats.generated_tokens > 0


@pytest.mark.slow
@pytest.mark.parametrize("machine", MACHINES, indirect=True)
def test_with_the_demo_model(
    qtbot: QtBot,
    walk: Walk,
    paged: MainWindow,
    first_start: WizardPage,
    model: ModelPresenter,
    chat: ChatPresenter,
    data: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = SimpleNamespace(deepseek2=tmp_path / "tiny.gguf")  # in place of fetching 98 MB
    monkeypatch.setattr("ktdesk.library.demo.demo_models", lambda folder, *, progress: made)
    read_steps(walk, first_start)
    walk.press(first_start.next)
    wait(qtbot, lambda: model.is_ready)
    ask(qtbot, walk, paged, chat)


@pytest.mark.slow
@pytest.mark.parametrize("machine", ["no card"], indirect=True)
def test_with_a_model_that_is_fetched(
    qtbot: QtBot,
    walk: Walk,
    paged: MainWindow,
    first_start: WizardPage,
    model: ModelPresenter,
    chat: ChatPresenter,
) -> None:
    read_steps(walk, first_start)
    walk.press(first_start.findChild(FirstStep)._discover)
    page = paged.findChild(DiscoverPage)
    walk.type(page.field, REPOSITORY.partition("/")[2])
    wait(qtbot, lambda: page.details.get.isEnabled() and not page._presenter.is_judging)
    walk.read(page)
    walk.press(page.details.get)
    wait(qtbot, (models_folder() / REPOSITORY / "Tiny-F32.gguf").exists)
    walk.choose(lambda: paged.show_page("shelf"))
    shelf = paged.findChild(ShelfPage)
    wait(qtbot, lambda: shelf.shown.rowCount() == 1)
    walk.read(shelf)
    walk.choose(lambda: shelf.table.selectRow(0))
    walk.choose(lambda: qtbot.keyClick(shelf.table, Qt.Key.Key_Return))
    wait(qtbot, lambda: model.is_ready)
    ask(qtbot, walk, paged, chat)
