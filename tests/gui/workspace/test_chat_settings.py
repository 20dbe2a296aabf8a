# SPDX-License-Identifier: Apache-2.0
"""What a chat has for itself: instructions, presets, model, sampling; and who cannot see it."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QDoubleSpinBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ktdesk import Failed
from ktdesk.errors import RequestError
from tests.gui.accessible import check_accessible
from tests.gui.fake_engine import FakeEngine
from tests.gui.test_chat_presenter import ask, until_cancelled
from ui.chat.own_mark import OwnMark
from ui.main_window import MainWindow
from ui.settings_store import SettingsStore
from ui.workspace.chat_settings import ChatSettings
from ui.workspace.presenter import Workspace

pytestmark = pytest.mark.usefixtures("loaded")


@pytest.fixture
def panel(window: MainWindow) -> ChatSettings:
    window.actions_by_id["chat_settings"].trigger()
    panel = window.workspace.chat_settings
    assert panel
    assert panel.isVisible()
    return panel


def number(panel: ChatSettings, name: str) -> QDoubleSpinBox:
    return panel.findChild(QWidget, f"chat.{name}").findChild(QDoubleSpinBox)


def test_a_new_chat_is_told_what_to_keep_to_and_keeps_it(
    qtbot: QtBot, workspace: Workspace, panel: ChatSettings, engine: FakeEngine
) -> None:
    panel.instructions.setPlainText("Answer in rhymes. ")
    ask(qtbot, workspace.active, "one")
    said = engine.requests[-1].messages
    assert [(message.role, message.content) for message in said] == [
        ("system", "Answer in rhymes."), ("user", "one"),
    ]  # fmt: skip
    workspace.active.new_chat()
    assert panel.instructions.toPlainText() == ""
    ask(qtbot, workspace.active, "two")
    assert [message.role for message in engine.requests[-1].messages] == ["user"]


def test_a_chat_may_sample_otherwise_than_the_program(
    qtbot: QtBot, workspace: Workspace, panel: ChatSettings, engine: FakeEngine,
    store: SettingsStore,
) -> None:  # fmt: skip
    store.set("sampling", "temperature", 1.0)
    assert number(panel, "temperature").value() == 1.0
    number(panel, "temperature").setValue(0.25)
    marks = [mark for mark in panel.findChildren(OwnMark) if mark.isVisibleTo(panel)]
    assert len(marks) == 1
    ask(qtbot, workspace.active, "one")
    assert engine.requests[-1].options.temperature == 0.25
    assert workspace.active.messages[-1].settings["sampling"]["temperature"] == 0.25
    workspace.new_tab()
    assert number(panel, "temperature").value() == 1.0
    workspace.step_tab(1)
    assert number(panel, "temperature").value() == 0.25
    marks[0].findChild(QPushButton).click()
    assert number(panel, "temperature").value() == 1.0
    assert not workspace.active.own.is_any


def test_the_simple_mode_shows_little_and_what_was_changed(
    workspace: Workspace, panel: ChatSettings, store: SettingsStore
) -> None:
    def shown() -> set[str]:
        return {name for name, field in panel._fields.items() if field.isVisibleTo(panel)}

    store.set("interface", "advanced", False)
    simple = shown()
    workspace.active.own.set("dry_base", 2.0)
    assert shown() == simple | {"dry_base"}
    store.set("interface", "advanced", True)
    assert shown() == set(panel._fields) > simple | {"dry_base"}
    assert "temperature" in simple


def test_presets_are_kept_taken_up_and_deleted(workspace: Workspace, panel: ChatSettings) -> None:
    own, row = workspace.active.own, panel.presets
    own.instruct("Answer in rhymes.")
    own.set("temperature", 1.5)
    row.keep("Poet")
    workspace.new_tab()
    assert row.choice.findText("Poet") == 1
    row.choice.setCurrentIndex(1)
    row.choice.activated.emit(1)
    own = workspace.active.own
    assert (own.instructions, dict(own.choices.sampling)) == (
        "Answer in rhymes.", {"temperature": 1.5},
    )  # fmt: skip
    assert panel.instructions.toPlainText() == "Answer in rhymes."
    row.delete.click()
    assert row.choice.count() == 1
    assert own.instructions == "Answer in rhymes."


def test_instructions_from_the_list_are_shown_and_its_menu_has_those_of_the_panel(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, panel: ChatSettings
) -> None:
    ask(qtbot, workspace.active, "one")
    chat_id = workspace.active.chat_id
    window.chats.instruct(chat_id, "Be brief.")
    assert panel.instructions.toPlainText() == "Be brief."
    panel.instructions.setPlainText("Be long.")
    workspace.active.own.flush()
    assert window.chats.instructions(chat_id) == "Be long."


def test_every_control_has_a_name_and_is_reached_by_the_keyboard(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, panel: ChatSettings,
    engine: FakeEngine,
) -> None:  # fmt: skip
    window.resize(1700, 900)
    ask(qtbot, workspace.active, "one")
    workspace.split()
    engine.events = until_cancelled(engine)
    for chat in workspace.chats:
        assert chat.ask("why")
    check_accessible(window.workspace)
    workspace.compare(is_wanted=True)
    check_accessible(window.workspace)
    for chat in reversed(workspace.chats):
        chat.stop()
    qtbot.waitUntil(lambda: not workspace.line.tickets)


def test_a_screen_reader_is_told_once_that_an_answer_has_ended(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    told: list[str] = []

    def note(event: object) -> None:
        if event.type() == QAccessible.Event.Announcement:
            told.append(event.message())

    monkeypatch.setattr("ui.workspace.announcing.QAccessible.updateAccessibility", note)
    ask(qtbot, workspace.active, "one")
    assert told == ["The answer is finished. Hello world"]
    engine.events = until_cancelled(engine)
    chat = workspace.active
    assert chat.ask("two")
    qtbot.waitUntil(lambda: chat.messages[-1].text == "x")  # it has begun
    workspace.new_tab()
    engine.cancelled.set()
    qtbot.waitUntil(lambda: not workspace.line.tickets)
    assert told[1:] == ["The answer in one is finished."]
    engine.events = lambda request: [Failed(RequestError("no", hint="h"))]
    ask(qtbot, workspace.active, "three")
    assert told[2:] == ["No answer."]
