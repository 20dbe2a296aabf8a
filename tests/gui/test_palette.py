# SPDX-License-Identifier: Apache-2.0
"""The palette, by keys alone: commands, pages, conversations and models, in both languages."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from ktdesk.library.shelf.model import Owner
from tests.gui.driving import editor
from ui.chat.model_presenter import ModelPresenter
from ui.language import Language
from ui.main_window import MainWindow, PageKind
from ui.palette.dialog import Palette
from ui.settings_store import SettingsStore
from ui.workspace.presenter import Workspace


@pytest.fixture
def window(qtbot: QtBot, workspace, model, kept, store, theme, monkeypatch) -> MainWindow:
    monkeypatch.setattr(model, "find", lambda: None)
    pages = (PageKind("hardware", "hardware", "Hardware", lambda: QLabel("machine")),)
    window = MainWindow(workspace, model, kept, store, theme, pages)
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


@pytest.fixture
def palette(qtbot: QtBot, window: MainWindow) -> Palette:
    """The palette, opened from where one writes."""
    editor(window).setFocus()
    press(qtbot, window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.findChild(Palette)
    assert palette.isVisible()
    assert QApplication.focusWidget() is palette.field
    return palette


def press(qtbot: QtBot, window: QWidget, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier):
    """Press a key as the system does: where the focus is, shortcuts first."""
    qtbot.keyClick(QApplication.focusWidget() or window, key, modifier)


def titles(palette: Palette) -> list[str]:
    """Return what is said of each entry: its title, and what stands beside it."""
    role = Qt.ItemDataRole.AccessibleTextRole
    return [palette.list.item(at).data(role) for at in range(palette.list.count())]


def type_(qtbot: QtBot, palette: Palette, text: str) -> None:
    if text.isascii():
        qtbot.keyClicks(palette.field, text)
    else:
        palette.field.insert(text)  # as input methods do


def test_a_command_is_found_and_done(
    qtbot: QtBot, window: MainWindow, palette: Palette, store: SettingsStore
) -> None:
    type_(qtbot, palette, "simple adv")
    assert titles(palette)[0].startswith("Switch between simple and advanced mode")
    assert "Ctrl+Shift+A" in titles(palette)[0]
    press(qtbot, window, Qt.Key.Key_Return)
    assert store.settings.interface.advanced
    assert not palette.isVisible()
    assert QApplication.focusWidget() is editor(window)


def test_a_page_is_opened(qtbot: QtBot, window: MainWindow, palette: Palette) -> None:
    type_(qtbot, palette, "hardw")
    press(qtbot, window, Qt.Key.Key_Return)
    assert window._stack.currentWidget().text() == "machine"


def test_esc_closes_it_and_stops_nothing(
    qtbot: QtBot, window: MainWindow, palette: Palette, monkeypatch
) -> None:
    monkeypatch.setattr(window, "_stop", lambda: pytest.fail("stopped"))
    window.actions_by_id["stop"].setEnabled(True)
    press(qtbot, window, Qt.Key.Key_Escape)
    assert not palette.isVisible()
    assert QApplication.focusWidget() is editor(window)


def test_arrows_move_the_choice_round(qtbot: QtBot, window: MainWindow, palette: Palette) -> None:
    count = palette.list.count()
    assert count > 5
    press(qtbot, window, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 1
    for _ in range(2):
        press(qtbot, window, Qt.Key.Key_Up)
    assert palette.list.currentRow() == count - 1
    press(qtbot, window, Qt.Key.Key_PageUp)
    assert palette.list.currentRow() < count - 2


def test_what_cannot_be_done_now_is_not_offered(palette: Palette) -> None:
    assert not any(title.startswith("Stop") for title in titles(palette))


def test_a_conversation_is_opened(
    qtbot: QtBot, window: MainWindow, workspace: Workspace, kept
) -> None:
    wanted = kept.store.chats.new("Rainy weekend in Lisbon")
    kept.store.chats.new("Something else")
    window.show_page("hardware")
    window.actions_by_id["palette"].trigger()
    palette = window.findChild(Palette)
    type_(qtbot, palette, "lisb")
    assert titles(palette) == ["Rainy weekend in Lisbon, Chat"]
    press(qtbot, window, Qt.Key.Key_Return)
    assert workspace.active.chat_id == wanted
    assert window.page.isVisible()


def test_a_model_is_loaded(
    qtbot: QtBot, window: MainWindow, palette: Palette, model: ModelPresenter, file: Path
) -> None:
    about = {"size_bytes": 1, "owner": Owner.KTDESK, "files": (file,)}
    whole = SimpleNamespace(name="Small model", path=file, problem="", **about)
    broken = SimpleNamespace(name="Smaller", path=file.with_name("x"), problem="cut", **about)
    model.found.emit([whole, broken])
    type_(qtbot, palette, "small")
    assert titles(palette) == ["Small model, Model"]
    press(qtbot, window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: model.is_ready)
    assert model.path == file


def test_in_chinese_by_both_languages(qtbot: QtBot, window: MainWindow, qapp) -> None:
    language = Language(qapp)
    language.use("zh_CN")
    QApplication.processEvents()
    window.actions_by_id["palette"].trigger()
    palette = window.findChild(Palette)
    for typed in ("新对", "new chat"):
        palette.field.clear()
        type_(qtbot, palette, typed)
        assert titles(palette)[0].startswith("新对话")
    language.use("en")


def test_the_menu_has_all_commands(window: MainWindow) -> None:
    from ui.toolbar import Toolbar

    menu = window.findChild(Toolbar).menu
    menu.aboutToShow.emit()
    parts = [part.menu() for part in menu.actions()]
    titles = [part.title() for part in parts]
    assert titles == ["Chat", "Tabs and panes", "Model", "View", "Pages", "Program"]
    offered = [action for part in parts for action in part.actions()]
    assert offered == [action for _, action in window.actions_by_id]


def test_no_two_commands_have_the_same_keys(window: MainWindow) -> None:
    keys = [action.shortcut().toString() for _, action in window.actions_by_id]
    used = [each for each in keys if each]  # what is seldom wanted has none
    assert len(set(used)) == len(used) > 0
