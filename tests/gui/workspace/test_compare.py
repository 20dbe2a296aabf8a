# SPDX-License-Identifier: Apache-2.0
"""One question to all panes, what of it is shown side by side, and the line as a list."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit
from pytestqt.qtbot import QtBot

from ktdesk import Done, Request, Token
from tests.gui.fake_engine import STATS, FakeEngine
from tests.gui.said import check_chinese
from tests.gui.test_chat_presenter import texts, until_cancelled
from ui.chat.details import DetailsDialog
from ui.chat.line_bar import place_text
from ui.chat.message_actions import MessageActions
from ui.main_window import MainWindow
from ui.workspace.presenter import Workspace

pytestmark = pytest.mark.usefixtures("loaded")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def other(tmp_path: Path) -> Path:
    path = tmp_path / "other.gguf"
    path.write_bytes(b"GGUF")
    return path


def timed(engine: FakeEngine) -> None:
    """Let each answer be slower than the one before."""

    def events(request: Request):
        nth = len(engine.requests)
        yield Token(1, f"answer {nth}")
        yield Done("end", dataclasses.replace(STATS, first_token_s=0.5 * nth, decode_s=1.0 * nth))

    engine.events = events


def ask_all(qtbot: QtBot, window: MainWindow, text: str) -> None:
    editor = window.workspace.ask_all.prompt.findChild(QPlainTextEdit)
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def test_one_prompt_asks_all_panes_and_their_speeds_stand_side_by_side(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, engine: FakeEngine, other: Path
) -> None:
    window.resize(1400, 850)
    timed(engine)
    window.actions_by_id["compare"].trigger()  # splits a pane that is alone
    first, second = workspace.chats
    second.own.use_model(other)
    second.own.set("temperature", 0.25)
    assert window.workspace.ask_all.isVisible()
    assert not any(view.page.prompt.isVisible() for view in window.workspace.area.views)
    ask_all(qtbot, window, "why")
    qtbot.waitUntil(lambda: not workspace.line.tickets)
    assert texts(first) == [("user", "why"), ("assistant", "answer 1")]
    assert texts(second) == [("user", "why"), ("assistant", "answer 2")]
    assert [request.options.temperature for request in engine.requests][1] == 0.25
    table = window.workspace.ask_all.comparison
    assert table.isVisible()
    lines = [[table.text_at(row, column) for column in range(3)] for row in (0, 1, 5)]
    assert lines[0][1:] == ["small", "other"]
    assert lines[1] == ["First token after", "0.50 s", "1.00 s"]
    assert lines[2] == ["Time in all", "1.5 s", "3.0 s"]
    bold = [table._cells[1, column].font().bold() for column in (1, 2)]
    assert bold == [True, False]
    assert window.workspace.ask_all.prompt.text == ""
    window.actions_by_id["compare"].trigger()
    assert not window.workspace.ask_all.isVisible()
    assert all(view.page.prompt.isVisible() for view in window.workspace.area.views)


def test_nobody_is_asked_while_one_of_the_panes_cannot_be(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, engine: FakeEngine
) -> None:
    engine.events = until_cancelled(engine)
    workspace.split()
    assert workspace.chats[0].ask("alone")
    workspace.compare(is_wanted=True)
    ask_all(qtbot, window, "why")
    assert not texts(workspace.chats[1])
    assert window.workspace.ask_all.prompt.text == "why"
    workspace.chats[0].stop()
    qtbot.waitUntil(lambda: workspace.can_ask_all)
    ask_all(qtbot, window, "")
    assert texts(workspace.chats[1])[0] == ("user", "why")
    window.actions_by_id["stop"].trigger()
    qtbot.waitUntil(lambda: not workspace.line.tickets)
    assert len(engine.requests) == 2


def test_what_is_written_for_all_stays_with_its_tab(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    workspace.compare(is_wanted=True)
    window.workspace.ask_all.prompt.set_text("for all")
    workspace.new_tab()
    assert not window.workspace.ask_all.isVisible()
    workspace.compare(is_wanted=True)
    assert window.workspace.ask_all.prompt.text == ""
    workspace.step_tab(1)
    assert window.workspace.ask_all.prompt.text == "for all"


def test_a_message_can_be_edited_while_panes_are_compared(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, engine: FakeEngine
) -> None:
    workspace.compare(is_wanted=True)
    ask_all(qtbot, window, "why")
    qtbot.waitUntil(lambda: not workspace.line.tickets)
    window.page.edit_last()
    assert window.page.prompt.isVisible()
    window.page.edit_bar.button.click()
    assert not window.page.prompt.isVisible()


def test_the_line_is_said_in_the_pane_and_moved_and_left_there(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, engine: FakeEngine, other: Path
) -> None:
    window.resize(1400, 800)
    engine.events = until_cancelled(engine)
    for _ in range(2):
        workspace.split()
    first, second, third = workspace.chats
    third.own.use_model(other)
    for chat, text in ((first, "one"), (second, "two"), (third, "three")):
        assert chat.ask(text)
    bars = [view.page.line_bar for view in window.workspace.area.views]
    assert [bar.isVisible() for bar in bars] == [False, True, True]
    assert bars[1].text == "Next in line"
    assert bars[2].text == "Second in line  ·  other will be loaded first"
    assert not bars[1].buttons.up.isEnabled()
    qtbot.mouseClick(bars[2].buttons.up, LEFT)
    assert bars[2].text == "Next in line  ·  other will be loaded first"
    assert bars[1].text == "Second in line  ·  small will be loaded first"
    qtbot.mouseClick(bars[2].buttons.cancel, LEFT)
    assert not bars[2].isVisible()
    assert bars[1].text == "Next in line"
    first.stop()
    second.stop()
    qtbot.waitUntil(lambda: not workspace.line.tickets)


def test_the_whole_line_is_a_list_that_closes_when_nobody_waits(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, engine: FakeEngine
) -> None:
    engine.events = until_cancelled(engine)
    button = window.workspace.tabs.line
    assert not button.isVisible()
    assert not window.actions_by_id["line"].isEnabled()
    for text in ("one", "two", "three"):
        assert workspace.active.ask(text)
        workspace.new_tab()
    assert button.text() == "2 in line"
    window.actions_by_id["line"].trigger()
    panel = window.workspace.line_panel
    assert panel.isVisible()
    assert [row.accessibleName() for row in panel.rows] == [
        "one: Being answered", "two: Next in line", "three: Second in line",
    ]  # fmt: skip
    qtbot.mouseClick(panel.rows[2].buttons.up, LEFT)
    assert [row.accessibleName().split(":")[0] for row in panel.rows] == ["one", "three", "two"]
    for _ in range(2):
        qtbot.mouseClick(panel.rows[1].buttons.cancel, LEFT)
    assert not panel.isVisible()
    (ticket,) = workspace.line.tickets
    assert place_text(workspace.line, ticket) == "Being answered"
    workspace.line.stop(ticket.chat_id)
    qtbot.waitUntil(lambda: not workspace.line.tickets)


@pytest.mark.usefixtures("chinese")
def test_all_of_it_is_said_in_chinese(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    workspace.split()
    workspace.compare(is_wanted=True)
    window.workspace.ask_all.prompt.submitted.emit("问题")
    qtbot.waitUntil(lambda: not workspace.is_answering)
    window.findChildren(MessageActions)[-1].buttons["details"].click()
    assert window.findChild(DetailsDialog).isVisible()
    check_chinese(window)
