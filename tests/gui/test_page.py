# SPDX-License-Identifier: Apache-2.0
"""The window as people use it: keys, clicks, and what they see."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from ktdesk import Done, Failed, Prefill, Request, Token
from ktdesk.errors import RequestError
from ktdesk.library.shelf.model import LocalModel
from ktdesk.library.shelf.seal import Seal
from ktdesk.library.shelf.state import ModelFile, decide
from tests.gui.driving import editor, say, send_button, shown
from tests.gui.fake_engine import STATS, FakeEngine, answer
from ui.chat.model_choice import ModelChoice
from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.chat.reading_bar import ReadingBar
from ui.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("loaded")


def test_enter_sends_and_shift_enter_begins_a_line(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine
) -> None:
    qtbot.keyClicks(editor(window), "one")
    qtbot.keyClick(editor(window), Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    say(qtbot, window, chat, "two")
    assert engine.requests[-1].messages[-1].content == "one\ntwo"
    assert window.page.prompt.text == ""
    assert "Hello world" in shown(window)


def test_the_button_sends_and_stops(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine
) -> None:
    def events(request: Request):
        yield Token(1, "x")
        engine.cancelled.wait(10)
        yield Done("cancelled", STATS)

    engine.events = events
    assert not send_button(window).isEnabled()
    qtbot.keyClicks(editor(window), "hello")
    qtbot.mouseClick(send_button(window), Qt.MouseButton.LeftButton)
    assert chat.is_answering
    assert "Stop" in send_button(window).accessibleName()
    qtbot.mouseClick(send_button(window), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not chat.is_answering)
    statistics = window.findChild(QLabel, "statistics")
    assert statistics.text().startswith("Stopped")


def test_escape_stops_and_what_was_typed_meanwhile_stays(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine
) -> None:
    def events(request: Request):
        engine.cancelled.wait(10)
        yield Done("cancelled", STATS)

    engine.events = events
    assert chat.ask("hello")
    qtbot.keyClicks(editor(window), "next")
    qtbot.keyClick(editor(window), Qt.Key.Key_Return)
    window.actions_by_id["stop"].trigger()
    qtbot.waitUntil(lambda: not chat.is_answering)
    assert window.page.prompt.text == "next"


def test_reading_the_prompt_is_shown(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine
) -> None:
    def events(request: Request):
        yield Prefill(5, 10)
        engine.cancelled.wait(10)
        yield Done("cancelled", STATS)

    engine.events = events
    assert chat.ask("hello")
    qtbot.waitUntil(lambda: window.findChild(ReadingBar) is not None)
    bar = window.findChild(ReadingBar)
    qtbot.waitUntil(lambda: bar.findChild(QLabel).text() == "Reading 5 of 10 tokens")
    assert bar.isVisible()
    chat.stop()
    qtbot.waitUntil(lambda: not chat.is_answering)


def test_an_error_is_shown_with_its_hint_and_can_be_retried(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine
) -> None:
    engine.events = lambda request: [Failed(RequestError("It is too long.", hint="Shorten it."))]
    say(qtbot, window, chat, "hello")
    banner = window.page.banner
    assert banner.isVisible()
    assert banner.text == "It is too long. Shorten it."
    engine.events = lambda request: answer("fine")
    buttons = {button.text(): button for button in banner.findChildren(QPushButton)}
    assert list(buttons)[-2:] == ["Retry", "Edit the message"]
    qtbot.mouseClick(buttons["Retry"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "fine" in shown(window))
    assert not banner.isVisible()


def test_a_failed_message_can_be_edited(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine
) -> None:
    engine.events = lambda request: [Failed(RequestError("It is too long.", hint="Shorten it."))]
    say(qtbot, window, chat, "hello")
    edit = window.page.banner.findChildren(QPushButton)[-1]
    qtbot.mouseClick(edit, Qt.MouseButton.LeftButton)
    assert window.page.prompt.text == "hello"
    assert not len(chat.messages)


def test_new_chat_shows_the_suggestions_again(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine
) -> None:
    chip = window.findChild(QPushButton, "chip")
    assert chip.isVisible()
    chip.click()
    qtbot.waitUntil(lambda: not chat.is_answering)
    assert engine.requests[-1].messages[-1].content == chip.text()
    assert not chip.isVisible()
    window.actions_by_id["new"].trigger()
    assert chip.isVisible()


def test_the_menu_lists_the_models_and_loads_the_chosen_one(
    qtbot: QtBot, window: MainWindow, model: ModelPresenter, engine: FakeEngine
) -> None:
    other = Path("other.gguf")
    menu = window.findChild(ModelChoice).menu()
    files = (ModelFile(other, Seal(1_500_000, 0, 0)),)
    entry = LocalModel(other, "Other & more", "llama", files, decide(files), Path())
    broken = LocalModel(other, "broken", "", files, decide(files, "It is cut off."), Path())
    model.found.emit([entry, broken])
    first, second, *rest = menu.actions()
    assert (first.text(), first.isEnabled()) == ("Other && more   (1.5 MB)", True)
    assert (second.isEnabled(), second.toolTip()) == (False, "It is cut off.")
    assert [action.text() for action in rest[-2:]] == ["Open a file…", "First steps…"]
    first.trigger()
    qtbot.waitUntil(lambda: engine.loads[-1][0] == other)
    qtbot.waitUntil(lambda: not model.is_busy)


def test_a_broken_file_is_explained(
    qtbot: QtBot, window: MainWindow, model: ModelPresenter, tmp_path: Path
) -> None:
    model.load(tmp_path / "nothing.gguf")
    qtbot.waitUntil(window.page.banner.isVisible)
    assert "nothing.gguf" in window.page.banner.text
    assert not send_button(window).isEnabled()


def test_every_button_without_text_has_a_name(window: MainWindow) -> None:
    nameless = [
        b.objectName()
        for b in window.findChildren(QToolButton)
        if not (b.text() or b.accessibleName())
    ]
    assert nameless == ["bannerIcon"]  # which is an image


def test_the_window_can_be_closed_in_mid_answer_and_comes_back_where_it_was(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine, store
) -> None:
    def events(request: Request):
        engine.cancelled.wait(10)
        yield Done("cancelled", STATS)

    engine.events = events
    assert chat.ask("hello")
    window.resize(777, 555)
    window.close()
    assert store.settings.interface.window_geometry
    window.resize(600, 500)
    window._restore()
    assert (window.width(), window.height()) == (777, 555)
