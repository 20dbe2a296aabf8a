# SPDX-License-Identifier: Apache-2.0
"""Chats that cannot be opened, read or stored: it is told, and nothing on the screen is lost."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ktdesk.chats import open_chats
from ktdesk.errors import ChatsError
from tests.gui.driving import editor
from tests.gui.fake_engine import FakeEngine
from tests.gui.test_chat_presenter import ask, texts
from ui.chat.messages import MessageState
from ui.chat.presenter import ChatPresenter
from ui.kept_chats import KeptChats, open_kept
from ui.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("loaded")


def test_a_store_that_fails_leaves_the_question_in_the_prompt(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def fail(*arguments: object, **more: object) -> None:
        raise ChatsError("There is no space left for the chats.", hint="Free some.")

    monkeypatch.setattr("ktdesk.chats.answers.Answers.ask", fail)
    qtbot.keyClicks(editor(window), "hello")
    qtbot.keyClick(editor(window), Qt.Key.Key_Return)
    assert window.page.prompt.text == "hello"
    assert "no space left" in window.page.banner.text
    assert not engine.requests
    assert not chat._store.chats.all()


def test_an_end_that_cannot_be_stored_is_told_and_stored_later(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **more: object) -> None:
        raise ChatsError("There is no space left for the chats.", hint="Free some.")

    with monkeypatch.context() as patched:
        patched.setattr("ktdesk.chats.answers.Answers.end", fail)
        assert chat.ask("hello")
        qtbot.waitUntil(lambda: not chat.is_answering)
        assert "no space left" in window.page.banner.text
        assert texts(chat) == [("user", "hello"), ("assistant", "Hello world ")]
        assert chat.messages[-1].state is MessageState.WHOLE
        assert not chat.ask("more")  # as long as the answer before cannot be stored
    ask(qtbot, chat, "more")
    assert texts(chat)[1:3] == [("assistant", "Hello world "), ("user", "more")]
    with open_chats() as other:
        assert other.search("world")


def test_chats_that_cannot_be_read_are_told_and_nothing_breaks(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, kept: KeptChats,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    ask(qtbot, chat, "hello")
    first = chat.chat_id

    def fail(*arguments: object, **more: object) -> None:
        raise ChatsError("The file of the chats is damaged.", hint="Start KTDesk again.")

    for name in ("path", "load", "versions", "delete", "branch", "edit", "choose", "begin"):
        monkeypatch.setattr(f"ktdesk.chats.tree.Tree.{name}", fail)
    for name in ("all", "find", "folders", "rename", "deleted", "remembered", "set_draft"):
        monkeypatch.setattr(f"ktdesk.chats.catalog.Catalog.{name}", fail)
    row = 1
    chat.changes.delete(row)
    chat.changes.branch(row)
    chat.changes.edit(row, "x")
    chat.regenerate(row)
    chat.drafts.put("y")
    chat.drafts.flush()
    window.chats.rename(first, "x")
    window.chats.delete(first)
    window.sidebar.menus.of_all().deleteLater()
    chat.open(first)
    chat.new_chat()
    kept.changed.emit()
    assert "damaged" in window.page.banner.text
    assert not chat.is_answering


def test_chats_that_cannot_be_opened_leave_a_window_that_works(
    qapp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ChatsError("The chats were stored by a newer KTDesk.", hint="Install it.")

    monkeypatch.setattr("ui.kept_chats.open_chats", fail)
    kept, problem = open_kept(qapp)
    assert kept.store.is_temporary
    assert "nothing that is said here is kept" in problem.hint
    kept.close()
