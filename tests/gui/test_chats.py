# SPDX-License-Identifier: Apache-2.0
"""Conversations that stay: over restarts, versions, branches, deletion, and what was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from ktdesk import Done, Failed, Request, Token
from ktdesk.chats import Place, open_chats
from ktdesk.errors import RequestError
from tests.gui.driving import editor, say
from tests.gui.fake_engine import STATS, FakeEngine, answer
from tests.gui.test_chat_presenter import ask, texts, until_cancelled
from ui.bridge import EngineBridge
from ui.chat.messages import MessageState
from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.kept_chats import KeptChats
from ui.main_window import MainWindow
from ui.settings_store import SettingsStore
from ui.widgets.icon_button import IconButton
from ui.workspace.presenter import Workspace

pytestmark = pytest.mark.usefixtures("loaded")


@pytest.fixture
def restarted(
    bridge: EngineBridge, store: SettingsStore, model: ModelPresenter
) -> Callable[[], Iterator[ChatPresenter]]:
    """What makes a presenter as the next start of the program does."""

    @contextmanager
    def restart() -> Iterator[ChatPresenter]:
        kept = KeptChats(open_chats())
        workspace = Workspace(bridge, store, model, kept, bridge)
        workspace.restore()
        yield workspace.active
        workspace.close()
        kept.close()

    return restart


def press(qtbot: QtBot, window: MainWindow, row: int, action: str) -> None:
    """Press a button below a message, once the view has shown what is there now."""

    def button() -> IconButton | None:
        view = window.page._conversation.view_of(row)
        found = view.buttons.buttons[action] if view else None
        return found if found and found.isVisible() and found.isEnabled() else None

    qtbot.waitUntil(lambda: button() is not None)
    qtbot.mouseClick(button(), Qt.MouseButton.LeftButton)


def test_a_chat_its_draft_and_its_answer_are_there_after_a_restart(
    qtbot: QtBot, chat: ChatPresenter, restarted
) -> None:
    ask(qtbot, chat, "hello")
    chat.drafts.put("half a sen")
    chat.close()
    with restarted() as again:
        assert texts(again) == texts(chat)
        assert again.messages[1].stats == STATS
        assert again.drafts.text == "half a sen"
        assert again.context_used == STATS.context_used


def test_question_and_answer_are_stored_while_the_engine_still_writes(
    qtbot: QtBot, chat: ChatPresenter, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[list[str]] = []

    def events(request: Request):
        with open_chats() as other:
            (found,) = other.chats.all()
            path = other.messages.load(other.messages.path(found.id))
            stored.append([message.status for message in path.values()])
        yield Token(1, "x")
        engine.cancelled.wait(10)
        yield Done("cancelled", STATS)

    engine.events = events
    assert chat.ask("hello")
    answer_id = chat.messages[-1].id
    with open_chats() as other:
        qtbot.waitUntil(lambda: other.messages.get(answer_id).content == "x", timeout=10_000)
        assert other.messages.get(answer_id).status == "streaming"
    chat.stop()
    qtbot.waitUntil(lambda: not chat.is_answering)
    assert stored == [["done", "pending"]]


def test_an_answer_is_kept_with_the_settings_that_made_it(
    qtbot: QtBot, chat: ChatPresenter, store: SettingsStore
) -> None:
    store.set("sampling", "temperature", 0.125)
    ask(qtbot, chat, "hello")
    store.set("sampling", "temperature", 0.5)
    message = chat.messages[-1]
    assert message.settings["sampling"]["temperature"] == 0.125
    assert message.settings["model"]["placement"] == "auto"
    assert (message.model, message.stop_reason) == ("small", "end")


def test_versions_of_an_answer_can_be_looked_through(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine,
    qtmodeltester: ModelTester,
) -> None:  # fmt: skip
    ask(qtbot, chat, "why")
    engine.events = lambda request: answer("second")
    press(qtbot, window, 1, "regenerate")
    qtbot.waitUntil(lambda: not chat.is_answering)
    assert texts(chat) == [("user", "why"), ("assistant", "second ")]
    assert chat.messages[1].version == (2, 2)
    assert len(engine.requests[-1].messages) == 1
    press(qtbot, window, 1, "previous")
    assert texts(chat)[1] == ("assistant", "Hello world ")
    press(qtbot, window, 1, "next")
    assert texts(chat)[1] == ("assistant", "second ")
    qtmodeltester.check(chat.messages)


def test_an_attempt_that_fails_leaves_the_answer_before(
    qtbot: QtBot, chat: ChatPresenter, engine: FakeEngine
) -> None:
    ask(qtbot, chat, "why")
    engine.events = lambda request: [Failed(RequestError("no", hint="h"))]
    chat.regenerate()
    qtbot.waitUntil(lambda: not chat.is_answering)
    assert texts(chat) == [("user", "why"), ("assistant", "Hello world ")]
    assert chat.messages[1].version == (1, 1)


def test_an_error_in_mid_answer_keeps_what_came_and_why(
    qtbot: QtBot, chat: ChatPresenter, engine: FakeEngine
) -> None:
    engine.events = lambda request: [Token(1, "half"), Failed(RequestError("broke", hint="h"))]
    ask(qtbot, chat, "why")
    message = chat.messages[-1]
    assert (message.text, message.state, message.error) == ("half", MessageState.FAILED, "broke")


def test_an_earlier_question_is_edited_in_the_prompt_and_asked_anew(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine
) -> None:
    ask(qtbot, chat, "one")
    ask(qtbot, chat, "two")
    qtbot.keyClicks(editor(window), "unsent")
    press(qtbot, window, 0, "edit")
    assert window.page.prompt.text == "one"
    assert window.page.edit_bar.isVisible()
    qtbot.keyClicks(editor(window), "!")
    qtbot.keyClick(editor(window), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not chat.is_answering)
    assert texts(chat) == [("user", "one!"), ("assistant", "Hello world ")]
    assert window.page.prompt.text == "unsent"
    assert not window.page.edit_bar.isVisible()
    chat.changes.show_version(0, -1)
    assert [text for _, text in texts(chat)] == ["one", "Hello world ", "two", "Hello world "]


def test_the_keyboard_asks_again_and_edits_the_last_question(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter
) -> None:
    assert not window.actions_by_id["retry"].isEnabled()
    assert not window.actions_by_id["edit"].isEnabled()
    ask(qtbot, chat, "one")
    window.actions_by_id["retry"].trigger()
    qtbot.waitUntil(lambda: not chat.is_answering)
    assert chat.messages[1].version == (2, 2)
    window.actions_by_id["edit"].trigger()
    assert (window.page.prompt.text, window.page.edit_bar.isVisible()) == ("one", True)


def test_editing_can_be_given_up(qtbot: QtBot, window: MainWindow, chat: ChatPresenter) -> None:
    ask(qtbot, chat, "one")
    qtbot.keyClicks(editor(window), "unsent")
    press(qtbot, window, 0, "edit")
    qtbot.mouseClick(window.page.edit_bar.button, Qt.MouseButton.LeftButton)
    assert window.page.prompt.text == "unsent"
    assert texts(chat)[0] == ("user", "one")


def test_an_answer_is_edited_without_asking(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine
) -> None:
    ask(qtbot, chat, "one")
    press(qtbot, window, 1, "edit")
    window.page.prompt.set_text("my own words")
    qtbot.keyClick(editor(window), Qt.Key.Key_Return)
    assert texts(chat) == [("user", "one"), ("assistant", "my own words")]
    assert chat.messages[1].version == (2, 2)
    assert len(engine.requests) == 1


def test_a_stopped_answer_goes_on(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine
) -> None:
    engine.events = until_cancelled(engine, "Once upon")
    assert chat.ask("tell")
    qtbot.waitUntil(lambda: chat.messages[-1].text == "Once upon")
    chat.stop()
    qtbot.waitUntil(lambda: not chat.is_answering)
    engine.events = lambda request: [Token(1, " a time"), Done("end", STATS)]
    press(qtbot, window, 1, "resume")
    qtbot.waitUntil(lambda: not chat.is_answering)
    message = chat.messages[-1]
    assert (message.text, message.state) == ("Once upon a time", MessageState.WHOLE)
    assert message.version == (1, 1)
    request = engine.requests[-1]
    assert [m.role for m in request.messages] == ["user"]
    assert request.begun.content == "Once upon"
    assert not message.can_go_on


def test_a_branch_is_a_chat_of_its_own(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter
) -> None:
    ask(qtbot, chat, "one")
    ask(qtbot, chat, "two")
    first = chat.chat_id
    press(qtbot, window, 1, "branch")
    assert chat.chat_id != first
    assert texts(chat) == [("user", "one"), ("assistant", "Hello world ")]
    ask(qtbot, chat, "three")
    chat.open(first)
    assert [text for role, text in texts(chat) if role == "user"] == ["one", "two"]


def test_a_deleted_question_goes_with_its_answer_and_comes_back(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine
) -> None:
    ask(qtbot, chat, "one")
    ask(qtbot, chat, "two")
    before = texts(chat)
    press(qtbot, window, 0, "delete")
    assert [text for _, text in texts(chat)] == ["two", "Hello world "]
    ask(qtbot, chat, "three")
    assert [m.content for m in engine.requests[-1].messages] == ["two", "Hello world ", "three"]
    undo = window.page.undo.findChild(QPushButton)
    qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    assert texts(chat) == [*before, ("user", "three"), ("assistant", "Hello world ")]
    assert not window.page.undo.isVisible()


def test_all_that_was_said_can_be_deleted_and_the_chat_goes_on(
    qtbot: QtBot, chat: ChatPresenter, engine: FakeEngine
) -> None:
    ask(qtbot, chat, "one")
    chat.changes.delete(0)
    assert chat.messages.conversation() == ()
    ask(qtbot, chat, "two")
    assert [m.content for m in engine.requests[-1].messages] == ["two"]
    chat.changes.undelete()
    assert [text for _, text in texts(chat)] == ["one", "Hello world ", "two", "Hello world "]


def test_deleting_a_version_shows_another(
    qtbot: QtBot, chat: ChatPresenter, engine: FakeEngine
) -> None:
    ask(qtbot, chat, "why")
    engine.events = lambda request: answer("second")
    chat.regenerate()
    qtbot.waitUntil(lambda: not chat.is_answering)
    chat.changes.delete(1)
    assert texts(chat) == [("user", "why"), ("assistant", "Hello world ")]
    chat.changes.undelete()
    assert texts(chat)[1] == ("assistant", "second ")


def test_a_question_takes_no_more_room_in_a_wide_window_than_it_needs(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter
) -> None:
    ask(qtbot, chat, "a question of several words that has to be broken in a narrow window " * 3)
    label = window.page._conversation.view_of(0)._label
    window.resize(520, 600)
    qtbot.waitUntil(lambda: label.width() < 400)
    narrow = label.height()
    window.resize(1200, 600)
    qtbot.waitUntil(lambda: label.width() > 500)
    assert label.height() < narrow


def test_drafts_belong_to_their_chats(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter
) -> None:
    say(qtbot, window, chat, "one")
    first = chat.chat_id
    qtbot.keyClicks(editor(window), "for one")
    window.actions_by_id["new"].trigger()
    assert window.page.prompt.text == ""
    qtbot.keyClicks(editor(window), "for a new one")
    chat.open(first)
    assert window.page.prompt.text == "for one"
    window.actions_by_id["new"].trigger()
    assert window.page.prompt.text == "for a new one"
    qtbot.keyClick(editor(window), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not chat.is_answering)
    assert texts(chat)[0] == ("user", "for a new one")
    chat.new_chat()
    assert chat.drafts.text == ""


def test_what_is_attached_belongs_to_the_draft(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, tmp_path: Path, engine: FakeEngine
) -> None:
    (tmp_path / "notes.md").write_text("some notes")
    ask(qtbot, chat, "one")
    first = chat.chat_id
    window.page.files.add([tmp_path / "notes.md"])
    qtbot.waitUntil(lambda: bool(window.page.files.items))
    qtbot.keyClicks(editor(window), "what is it?")
    chat.new_chat()
    assert (window.page.files.items, window.page.prompt.text) == ([], "")
    chat.open(first)
    qtbot.waitUntil(lambda: bool(window.page.files.items))
    (item,) = window.page.files.items
    assert (item.name, window.page.prompt.text) == ("notes.md", "what is it?")
    qtbot.keyClick(editor(window), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not chat.is_answering)
    assert "some notes" in engine.requests[-1].messages[-1].content
    assert (window.page.files.items, chat.drafts.text) == ([], "")


def test_the_reader_comes_back_to_where_they_were(
    qtbot: QtBot, window: MainWindow, chat: ChatPresenter, engine: FakeEngine
) -> None:
    engine.events = lambda request: answer("word " * 300)
    for at in range(4):
        ask(qtbot, chat, f"question {at}")
    first, view = chat.chat_id, window.page._conversation
    view.verticalScrollBar().setValue(700)
    row, above = view.place
    chat.new_chat()
    assert chat._store.chats.get(first).place == Place(chat._store.messages.path(first)[row], above)
    chat.open(first)
    assert view.place == (row, above)
    view.jump_to_end()
    chat.new_chat()
    chat.open(first)
    assert view.place is None


def test_what_another_program_says_is_shown(
    qtbot: QtBot, chat: ChatPresenter, kept: KeptChats, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(qtbot, chat, "one")
    with open_chats() as other:
        parent = other.chats.get(chat.chat_id).leaf_id
        _, new = other.messages.ask(
            chat.chat_id, "from elsewhere", parent_id=parent, model="", settings={}
        )
        other.messages.end(new, "done", "indeed")
    kept._look()
    assert [text for _, text in texts(chat)][-2:] == ["from elsewhere", "indeed"]
    with open_chats() as other:
        other.chats.delete(chat.chat_id)
    kept._look()
    assert chat.chat_id is None
    assert not texts(chat)
