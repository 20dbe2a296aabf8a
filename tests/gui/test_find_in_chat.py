# SPDX-License-Identifier: Apache-2.0
"""Finding words in a conversation: all places, one after another, however long it is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ktdesk.chats import NewMessage
from tests.gui.wizard_driving import wait
from ui.chat.conversation_view import ConversationView
from ui.chat.message_view import AnswerView
from ui.chat.presenter import ChatPresenter
from ui.kept_chats import KeptChats
from ui.main_window import MainWindow
from ui.theme import Theme

TEXTS = [
    ("user", "Where is the needle?"),
    ("assistant", "A **needle** here.\n\n" + "Hay.\n\n" * 300 + "`NEEDLE` there."),
    ("user", "Nothing at all"),
    ("assistant", "```python\nneedle = 1\n```\n\n针在草堆里"),
]


def fill(kept: KeptChats, chat: ChatPresenter, texts: list[tuple[str, str]]) -> None:
    store, parent = kept.store, None
    with store.at_once():
        chat_id = store.chats.new("hay")
        for role, text in texts:
            message = NewMessage(role=role, content=text)
            parent = store.messages.add(chat_id, message, parent_id=parent)
    chat.open(chat_id)


@pytest.fixture
def found(qtbot: QtBot, window: MainWindow, chat: ChatPresenter, kept: KeptChats):
    """The window with the word found."""
    fill(kept, chat, TEXTS)
    find(qtbot, window, "needle")
    return window


def find(qtbot: QtBot, window: MainWindow, words: str) -> None:
    window.actions_by_id["find"].trigger()
    bar = window.page.find_bar
    bar.field.setText(words)
    bar.field.textEdited.emit(words)
    wait(qtbot, lambda: not window.page.finder.is_searching)


def view(window: MainWindow) -> ConversationView:
    return window.page.findChild(ConversationView)


def marked(window: MainWindow, row: int) -> list[str]:
    """Return the marked words of an answer that are marked as the chosen one."""
    shown = view(window).view_of(row)
    assert isinstance(shown, AnswerView)
    accent = window._theme.colour("accent")
    editors = [getattr(block, "editor", block) for block in shown.blocks.views]
    selections = [each for editor in editors for each in editor.extraSelections()]
    return [
        each.cursor.selectedText()
        for each in selections
        if each.format.background().color() == accent
    ]


def test_the_places_are_shown_one_after_another_and_the_first_after_the_last(
    qtbot: QtBot, found: MainWindow
) -> None:
    bar, conversation = found.page.find_bar, view(found)
    seen = []
    for _ in range(5):
        row = next(
            row for row in range(4) if conversation._marked and conversation._marked[0] == row
        )
        seen.append((bar.count.text(), row))
        qtbot.keyClick(bar.field, Qt.Key.Key_Return)
    assert sorted(seen[:4]) == [("1 of 4", 0), ("2 of 4", 1), ("3 of 4", 1), ("4 of 4", 3)]
    assert seen[4] == seen[0]
    qtbot.keyClick(bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert bar.count.text() == seen[0][0]


def test_what_was_found_is_marked_and_in_view(qtbot: QtBot, found: MainWindow) -> None:
    bar = found.page.find_bar
    while bar.count.text() != "3 of 4":
        found.actions_by_id["find_next"].trigger()
    assert marked(found, 1) == ["NEEDLE"]
    shown = view(found).view_of(1)
    last = shown.blocks.views[-1]
    marks = last.extraSelections()
    place = last.cursorRect(marks[-1].cursor).topLeft()
    y = last.viewport().mapTo(view(found).viewport(), place).y()
    assert 0 <= y < view(found).viewport().height()
    found.actions_by_id["find_previous"].trigger()
    assert marked(found, 1) == ["needle"]
    found.actions_by_id["find_previous"].trigger()
    question = view(found).view_of(0)
    assert [each.selectedText() for each in question.findChildren(QLabel) if each.selectedText()]
    assert not marked(found, 1)


def test_the_mark_has_the_colours_of_another_theme(
    qtbot: QtBot, found: MainWindow, theme: Theme
) -> None:
    while found.page.find_bar.count.text() != "2 of 4":
        found.actions_by_id["find_next"].trigger()
    theme.use("light" if theme.is_dark else "dark")
    qtbot.waitUntil(lambda: marked(found, 1) == ["needle"])
    theme.use("system")


def test_escape_closes_the_bar_and_takes_the_marks_away(qtbot: QtBot, found: MainWindow) -> None:
    bar = found.page.find_bar
    while bar.count.text() != "4 of 4":
        found.actions_by_id["find_next"].trigger()
    assert marked(found, 3) == ["needle"]
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)
    assert not bar.isVisible()
    assert not marked(found, 3)
    assert found.page.finder.count == 0
    found.actions_by_id["find"].trigger()  # what was sought is there again
    wait(qtbot, lambda: found.page.finder.count == 4)


@pytest.mark.parametrize(("words", "count"), [("针", "1 of 1"), ("no such", "Not found"), ("", "")])
def test_other_words(qtbot: QtBot, found: MainWindow, words: str, count: str) -> None:
    find(qtbot, found, words)
    assert found.page.find_bar.count.text() == count


def test_an_answer_that_grows_is_counted_and_moves_nothing(
    qtbot: QtBot, found: MainWindow, chat: ChatPresenter, kept: KeptChats
) -> None:
    place = view(found).place
    store = kept.store
    leaf = store.chats.get(chat.chat_id).leaf_id
    store.messages.add(chat.chat_id, NewMessage(role="user", content="needle"), parent_id=leaf)
    before = found.page.finder.number
    kept.changed.emit()
    wait(qtbot, lambda: found.page.finder.count == 5)
    assert found.page.finder.number == before
    assert place is None or view(found).place is None or place[0] <= view(found).place[0]


def test_another_chat_closes_the_bar(found: MainWindow, chat: ChatPresenter) -> None:
    chat.new_chat()
    assert not found.page.find_bar.isVisible()


@pytest.mark.slow
def test_ten_thousand_messages(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, kept: KeptChats
) -> None:
    roles = ("user", "assistant")
    texts = [(roles[at % 2], f"Message {at} of many. " * 20) for at in range(10_000)]
    fill(kept, chat, texts)
    find(qtbot, window, "message 77 of many")
    assert window.page.find_bar.count.text() == "1 of 20"
    assert marked(window, 77) == ["Message 77 of many"]
    assert len(view(window)._views) < 50
