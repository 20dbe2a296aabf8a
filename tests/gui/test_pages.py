# SPDX-License-Identifier: Apache-2.0
"""Pages beside the conversation: made when they are shown first, changed by the rail."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from ktdesk.chats import NewMessage
from ui.chat.presenter import ChatPresenter
from ui.main_window import MainWindow, PageKind


@pytest.fixture
def made() -> list[str]:
    return []


@pytest.fixture
def paged(qtbot: QtBot, workspace, model, kept, store, theme, made: list[str]) -> MainWindow:
    def make() -> QWidget:
        made.append("second")
        return QLabel("second")

    pages = (PageKind("second", "hardware", "Second", make),)
    window = MainWindow(workspace, model, kept, store, theme, pages)
    qtbot.addWidget(window)
    window.show()
    return window


def buttons(window: MainWindow) -> dict[str, QToolButton]:
    return {button.text(): button for button in window.findChildren(QToolButton, "railButton")}


def test_a_page_is_made_when_it_is_shown_first(
    qtbot: QtBot, paged: MainWindow, made: list[str]
) -> None:
    assert made == []
    for _ in range(2):
        qtbot.mouseClick(buttons(paged)["Second"], Qt.MouseButton.LeftButton)
        assert not paged.page.isVisible()
        qtbot.mouseClick(buttons(paged)["Chat"], Qt.MouseButton.LeftButton)
        assert paged.page.isVisible()
    assert made == ["second"]


def test_the_rail_shows_which_page_is_in_front(qtbot: QtBot, paged: MainWindow) -> None:
    qtbot.keyClick(paged, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert [text for text, button in buttons(paged).items() if button.isChecked()] == ["Second"]


def test_a_new_chat_leads_back_to_the_conversation(paged: MainWindow) -> None:
    paged.show_page("second")
    paged.actions_by_id["new"].trigger()
    assert paged.page.isVisible()
    assert buttons(paged)["Chat"].isChecked()


def test_ctrl_f_is_left_to_other_pages(paged: MainWindow, chat: ChatPresenter, kept) -> None:
    chat_id = kept.store.chats.new("hay")
    kept.store.messages.add(chat_id, NewMessage(role="user", content="needle"), parent_id=None)
    chat.open(chat_id)
    find = paged.actions_by_id["find"]
    assert find.isEnabled()
    paged.show_page("second")
    assert not find.isEnabled()
    paged.show_page("chat")
    assert find.isEnabled()


def test_without_other_pages_there_is_no_rail(window: MainWindow) -> None:
    assert not buttons(window)["Chat"].isVisible()
