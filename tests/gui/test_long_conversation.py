# SPDX-License-Identifier: Apache-2.0
"""Very many messages: only those that are seen are widgets, and none jumps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktdesk.chats import ChatStore, NewMessage, temporary_chats
from ui.chat.conversation_view import ConversationView
from ui.chat.message_view import AnswerView
from ui.chat.messages import MessageList, MessageState
from ui.chat.row_heights import RowHeights
from ui.chat.thinking_view import ThinkingView
from ui.theme import Theme

COUNT = 150


@pytest.fixture
def chats() -> Iterator[ChatStore]:
    store = temporary_chats()
    yield store
    store.close()


def fill(store: ChatStore, count: int) -> MessageList:
    chat = store.chats.new("long")
    parent: int | None = None
    with store.at_once():
        for at in range(count):
            role = "assistant" if at % 2 else "user"
            text = f"Message {at}. " * (1 + at * 7 % 90)
            message = NewMessage(role=role, content=text)
            parent = store.messages.add(chat, message, parent_id=parent)
    messages = MessageList(store)
    messages.show(store.messages.path(chat))
    return messages


@pytest.fixture
def messages(chats: ChatStore) -> MessageList:
    return fill(chats, COUNT)


@pytest.fixture
def view(
    qtbot: QtBot, messages: MessageList, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> ConversationView:
    """A view that takes no pauses, however busy the machine is."""
    monkeypatch.setattr("ui.chat.conversation_view.SLOW_S", float("inf"))
    view = ConversationView(messages, theme)
    qtbot.addWidget(view)
    view.resize(700, 600)
    view.show()
    qtbot.waitUntil(lambda: not view._pause.isActive())  # on a machine that is busy
    return view


def places(view: ConversationView) -> dict[int, tuple[int, int]]:
    """Return top and bottom of the messages that are widgets."""
    found = {row: view.view_of(row) for row in range(len(view._rows))}
    return {row: (w.y(), w.y() + w.height()) for row, w in found.items() if w is not None}


def assert_covered(view: ConversationView) -> None:
    """Assert that all of the view is covered by messages with the gaps between them."""
    found = places(view)
    height = view.viewport().height()
    rows = sorted(row for row, (top, end) in found.items() if end > -400 and top < height + 400)
    assert rows == list(range(rows[0], rows[-1] + 1))
    for above, below in pairwise(rows):
        assert found[below][0] - found[above][1] == 26
    assert found[rows[0]][0] <= 28
    assert found[rows[-1]][1] >= height - 28
    assert len(found) < 40


def test_it_opens_at_the_end_with_few_widgets(view: ConversationView) -> None:
    assert_covered(view)
    assert places(view)[COUNT - 1][1] == view.viewport().height() - 28


def test_scrolling_shows_every_message_once_and_none_jumps(view: ConversationView) -> None:
    bar = view.verticalScrollBar()
    seen: set[int] = set()
    while True:
        before, value = places(view), bar.value()
        height = view.viewport().height()
        seen |= {row for row, (top, end) in before.items() if end > 0 and top < height}
        if value == 0:
            break
        bar.setValue(value - 500)
        assert_covered(view)
        moved = {
            row: places(view)[row][0] - before[row][0] for row in before if row in places(view)
        }
        shown = [step for row, step in moved.items() if before[row][1] > 0]
        assert len(set(shown)) == 1  # all by the same
    assert seen == set(range(COUNT))


def test_what_is_looked_at_stays_when_what_is_above_is_measured(view: ConversationView) -> None:
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    row, (top, _) = next((r, p) for r, p in places(view).items() if p[0] >= 0)
    view._soon.timeout.emit()
    assert places(view)[row][0] == top


def test_another_width_keeps_the_message_at_the_top(view: ConversationView) -> None:
    view.show_row(80)
    assert places(view)[80][0] == 28
    view.resize(420, 600)
    assert places(view)[80][0] == 28
    assert_covered(view)


def test_the_end_is_followed_while_an_answer_grows(
    view: ConversationView, messages: MessageList
) -> None:
    last = replace(messages[-1], state=MessageState.GROWING)
    for lines in range(1, 60, 7):
        messages.set_ahead(replace(last, text="line\n\n" * lines))
        assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() - 400)
    before = places(view)
    messages.set_ahead(replace(last, text="line\n\n" * 200))
    assert all(places(view)[row][0] == top for row, (top, _) in before.items())


def test_hidden_it_only_remembers(view: ConversationView, messages: MessageList) -> None:
    last = replace(messages[-1], state=MessageState.GROWING)
    shown = view.view_of(COUNT - 1)
    before = shown.blocks.text
    view.hide()
    messages.set_ahead(replace(last, text="something else"))
    assert shown.blocks.text == before
    view.show()
    assert shown.blocks.text == "something else"


def test_what_is_slow_is_shown_seldom_but_in_the_end(
    qtbot: QtBot, view: ConversationView, messages: MessageList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.chat.conversation_view.SLOW_S", 0.0)
    last = replace(messages[-1], state=MessageState.GROWING)
    shown = view.view_of(COUNT - 1)
    messages.set_ahead(replace(last, text="one"))
    messages.set_ahead(replace(last, text="one two"))
    assert shown.blocks.text == "one"
    qtbot.waitUntil(lambda: shown.blocks.text == "one two")


def test_a_message_with_the_focus_stays(view: ConversationView) -> None:
    view.activateWindow()
    block = view.view_of(COUNT - 1).blocks.views[0]
    block.selectAll()
    view.verticalScrollBar().setValue(0)
    assert view.view_of(COUNT - 1) is not None
    assert block.textCursor().hasSelection()


def test_tab_brings_what_it_reaches_into_view(qtbot: QtBot, view: ConversationView) -> None:
    view.activateWindow()
    view.view_of(COUNT - 1).buttons.buttons["edit"].setFocus()
    for _ in range(12):
        view.focusNextPrevChild(False)
        widget = QApplication.focusWidget()
        if view.viewport().isAncestorOf(widget):
            top = widget.mapTo(view.viewport(), QPoint(0, 0)).y()
            assert -widget.height() <= top <= view.viewport().height()


def test_thoughts_are_open_while_they_come_and_then_fold(
    qtbot: QtBot, view: ConversationView, messages: MessageList, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.chat.conversation_view.SLOW_S", 60.0)
    last = replace(messages[-1], text="", reasoning="**hm**", state=MessageState.GROWING)
    messages.set_ahead(replace(last, thinking_ms=2400))
    answer = view.view_of(COUNT - 1)
    assert isinstance(answer, AnswerView)
    thinking = answer.findChild(ThinkingView)
    assert thinking.is_open
    assert "Thinking for 2 s" in thinking._fold.text()
    messages.set_ahead(replace(last, text="So.", thinking_ms=3100))
    assert not thinking.is_open
    assert "Thought for 3 s" in thinking._fold.text()

    def height() -> int:
        begin, end = places(view)[COUNT - 1]
        return end - begin

    before = height()
    thinking._fold.click()
    qtbot.waitUntil(lambda: height() > before)


moves = st.lists(
    st.tuples(st.sampled_from(["insert", "remove", "set"]), st.integers(0, 9), st.integers(1, 50)),
    max_size=30,
)


@given(moves)
def test_heights_add_up_whatever_happens(moves: list[tuple[str, int, int]]) -> None:
    rows, model = RowHeights(20, 3), list[int]()
    for kind, at, value in moves:
        at = min(at, len(model))
        if kind == "insert":
            rows.insert(at, value % 4)
            model[at:at] = [20] * (value % 4)
        elif kind == "remove":
            count = min(value % 3, len(model) - at)
            rows.remove(at, count)
            del model[at : at + count]
        elif at < len(model):
            rows.set(at, value)
            model[at] = value
        tops = [sum(model[:row]) + 3 * row for row in range(len(model) + 1)]
        assert [rows.top(row) for row in range(len(model) + 1)] == tops
        assert rows.total == max(0, tops[-1] - 3)
        for y in range(0, rows.total, 11):
            assert rows.at(y) == max(row for row in range(len(model)) if tops[row] <= y)
