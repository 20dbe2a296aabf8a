# SPDX-License-Identifier: Apache-2.0
"""Tabs and panes as people use them: open, split, close, go back and forth, start again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QTabBar
from pytestqt.qtbot import QtBot

from ktdesk.chats import open_chats
from tests.gui.driving import say
from tests.gui.fake_engine import FakeEngine
from tests.gui.test_chat_presenter import ask, texts
from ui.bridge import EngineBridge
from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.kept_chats import KeptChats
from ui.main_window import MainWindow
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.workspace.layout import MOST_PANES
from ui.workspace.presenter import Workspace

pytestmark = pytest.mark.usefixtures("loaded")
LEFT = Qt.MouseButton.LeftButton


@contextmanager
def restarted(
    bridge: EngineBridge, store: SettingsStore, model: ModelPresenter, theme: Theme
) -> Iterator[tuple[Workspace, MainWindow]]:
    """Give the window as the next start of the program makes it."""
    kept = KeptChats(open_chats())
    workspace = Workspace(bridge, store, model, kept, bridge)
    workspace.restore()
    window = MainWindow(workspace, model, kept, store, theme)
    window.show()
    yield workspace, window
    window.close()
    workspace.close()
    kept.close()


def titles(window: MainWindow) -> list[str]:
    tabs = window.workspace.tabs.tabs
    return [tabs.tabText(at) for at in range(tabs.count())]


def test_each_tab_has_its_own_chat_and_draft(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    say(qtbot, window, workspace.active, "one")
    window.page.prompt.set_text("half of")
    window.actions_by_id["new_tab"].trigger()
    assert (texts(workspace.active), window.page.prompt.text) == ([], "")
    say(qtbot, window, workspace.active, "two")
    window.page.prompt.set_text("another half")
    assert titles(window) == ["one", "two"]
    window.actions_by_id["next_tab"].trigger()
    assert texts(workspace.active)[0] == ("user", "one")
    assert window.page.prompt.text == "half of"
    window.actions_by_id["previous_tab"].trigger()
    assert window.page.prompt.text == "another half"
    window.actions_by_id["close"].trigger()
    assert titles(window) == ["one"]
    window.actions_by_id["reopen"].trigger()
    assert titles(window) == ["one", "two"]
    assert window.page.prompt.text == "another half"


def test_two_new_chats_have_drafts_of_their_own(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    window.page.prompt.set_text("first")
    workspace.new_tab()
    window.page.prompt.set_text("second")
    workspace.step_tab(1)
    assert window.page.prompt.text == "first"
    workspace.step_tab(1)
    assert window.page.prompt.text == "second"


def test_panes_stand_beside_each_other_and_each_asks_for_itself(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    window.resize(1400, 800)
    say(qtbot, window, workspace.active, "one")
    window.actions_by_id["split"].trigger()
    say(qtbot, window, workspace.active, "two")
    first, second = window.workspace.area.views
    assert first.isVisible()
    assert second.isVisible()
    assert first.mapTo(window, QPoint()).x() < second.mapTo(window, QPoint()).x()
    assert [texts(chat)[0][1] for chat in workspace.chats] == ["one", "two"]
    assert titles(window) == ["one  |  two"]
    window.actions_by_id["close"].trigger()
    assert titles(window) == ["one"]
    assert len(window.workspace.area.views) == 1


def test_there_are_four_panes_at_most(window: MainWindow, workspace: Workspace) -> None:
    for _ in range(MOST_PANES + 2):
        workspace.split()
    assert len(window.workspace.area.views) == MOST_PANES
    assert not window.actions_by_id["split"].isEnabled()
    assert not window.workspace.tabs.split.isEnabled()
    while len(workspace.chats) > 1:
        workspace.close_pane(0)
    assert window.actions_by_id["split"].isEnabled()


def test_keys_go_from_pane_to_pane(qtbot: QtBot, window: MainWindow, workspace: Workspace) -> None:
    assert not window.actions_by_id["next_pane"].isEnabled()
    workspace.split()
    window.resize(1400, 800)
    window.activateWindow()
    assert workspace.tab.active == 1
    window.actions_by_id["next_pane"].trigger()
    assert workspace.tab.active == 0
    first = window.workspace.area.views[0]
    qtbot.waitUntil(lambda: first.isAncestorOf(QApplication.focusWidget()))
    window.actions_by_id["previous_pane"].trigger()
    assert workspace.tab.active == 1


def test_who_clicks_into_a_pane_makes_it_the_active_one(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    window.resize(1400, 800)
    window.activateWindow()
    workspace.split()
    first = window.workspace.area.views[0]
    editor = first.page.prompt.focusProxy()
    qtbot.mouseClick(editor.viewport(), LEFT)
    qtbot.waitUntil(lambda: workspace.tab.active == 0)
    assert workspace.active is first.chat


def test_the_same_chat_is_brought_to_the_front_instead_of_opened_twice(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    ask(qtbot, workspace.active, "one")
    first = workspace.active.chat_id
    workspace.new_tab()
    ask(qtbot, workspace.active, "two")
    for open_it in (workspace.open, workspace.open_in_tab, workspace.open_beside):
        workspace.show_tab(1)
        open_it(first)
        assert (workspace.layout.current, workspace.active.chat_id) == (0, first)
    assert titles(window) == ["one", "two"]


def test_a_chat_of_the_list_is_opened_in_a_tab_or_beside(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, kept: KeptChats
) -> None:
    chats = [kept.store.chats.new(title) for title in ("one", "two", "three")]
    kept.changed.emit()
    window.sidebar.chosen.emit(chats[0], None)
    window.sidebar.menus.tab_wanted.emit(chats[1])
    window.sidebar.menus.pane_wanted.emit(chats[2])
    assert titles(window) == ["one", "two  |  three"]
    window.chats.rename(chats[1], "zwei")
    assert titles(window) == ["one", "zwei  |  three"]
    kept.do(lambda: kept.store.chats.delete(chats[1]))
    assert titles(window) == ["one", "New chat  |  three"]


def test_the_next_start_shows_tabs_panes_and_drafts_as_they_were(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, bridge: EngineBridge,
    store: SettingsStore, model: ModelPresenter, theme: Theme,
) -> None:  # fmt: skip
    ask(qtbot, workspace.active, "one")
    workspace.split()
    ask(qtbot, workspace.active, "two")
    workspace.new_tab()
    window.page.prompt.set_text("of a new chat")
    workspace.active.own.instruct("Be brief.")
    workspace.new_tab()
    ask(qtbot, workspace.active, "three")
    workspace.show_tab(0)
    workspace.activate(0)
    window.page.prompt.set_text("of the first")
    workspace.close()
    with restarted(bridge, store, model, theme) as (again, after):
        assert titles(after) == ["one  |  two", "New chat", "three"]
        assert texts(again.active) == [("user", "one"), ("assistant", "Hello world ")]
        assert after.page.prompt.text == "of the first"
        assert texts(again.chats[1])[0] == ("user", "two")
        again.show_tab(1)
        assert after.page.prompt.text == "of a new chat"
        assert again.active.own.instructions == "Be brief."


def test_in_a_small_window_panes_become_tabs(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    window.resize(1400, 800)
    workspace.split()
    area = window.workspace.area
    first, second = area.views
    qtbot.waitUntil(lambda: first.isVisible() and second.isVisible())
    window.resize(560, 600)
    qtbot.waitUntil(lambda: not first.isVisible())
    assert second.isVisible()
    assert area._strip.isVisible()
    area._strip.setCurrentIndex(0)
    assert (first.isVisible(), second.isVisible()) == (True, False)
    assert workspace.active is first.chat
    window.resize(1400, 800)
    qtbot.waitUntil(lambda: first.isVisible() and second.isVisible())
    assert not area._strip.isVisible()


def test_only_the_panes_that_are_shown_have_widgets(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    for _ in range(3):
        workspace.new_tab()
    workspace.split()
    workspace.show_tab(0)
    qtbot.waitUntil(lambda: len(workspace.findChildren(ChatPresenter)) == 1)
    assert len(window.workspace.area._views) == 1


def test_the_pane_keeps_its_model_when_it_begins_a_new_chat_beside_others(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, engine: FakeEngine, tmp_path
) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(b"GGUF")
    workspace.split()
    workspace.active.own.use_model(other)
    ask(qtbot, workspace.active, "one")
    window.actions_by_id["new"].trigger()
    assert workspace.active.own.choices.model == other
    workspace.close_pane(0)
    window.actions_by_id["new"].trigger()
    assert workspace.active.own.choices.model == other  # of this empty chat
    ask(qtbot, workspace.active, "two")
    window.actions_by_id["new"].trigger()
    assert workspace.active.own.choices.model is None


def test_tabs_are_moved_and_closed_with_the_mouse(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    for text in ("one", "two", "three"):
        ask(qtbot, workspace.active, text)
        workspace.new_tab()
    tabs = window.workspace.tabs.tabs
    tabs.moveTab(2, 0)
    workspace.changed.emit()
    assert titles(window) == ["three", "one", "two", "New chat"]
    qtbot.mouseClick(tabs, LEFT, pos=tabs.tabRect(1).center())
    assert texts(workspace.active)[0] == ("user", "one")
    qtbot.mouseClick(tabs, Qt.MouseButton.MiddleButton, pos=tabs.tabRect(0).center())
    assert titles(window) == ["one", "two", "New chat"]
    qtbot.mouseClick(tabs.tabButton(1, QTabBar.ButtonPosition.RightSide), LEFT)
    assert titles(window) == ["one", "New chat"]
    assert texts(workspace.active)[0] == ("user", "one")


def test_the_keyboard_alone_opens_splits_changes_and_closes(
    qtbot: QtBot, window: MainWindow, workspace: Workspace
) -> None:
    window.resize(1400, 800)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier

    def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        qtbot.keyClick(QApplication.focusWidget() or window, key, modifiers)

    press(Qt.Key.Key_T, control)
    press(Qt.Key.Key_Backslash, control)
    assert titles(window) == ["New chat", "New chat  |  New chat"]
    assert workspace.tab.active == 1
    press(Qt.Key.Key_F6)
    assert workspace.tab.active == 0
    press(Qt.Key.Key_F6, shift)
    assert workspace.tab.active == 1
    press(Qt.Key.Key_Tab, control)
    assert workspace.layout.current == 0
    press(Qt.Key.Key_Tab, control | shift)
    assert workspace.layout.current == 1
    press(Qt.Key.Key_W, control)
    press(Qt.Key.Key_W, control)
    assert titles(window) == ["New chat"]
    qtbot.keyClicks(QApplication.focusWidget(), "typed")
    assert window.page.prompt.text == "typed"
