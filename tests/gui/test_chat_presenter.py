# SPDX-License-Identifier: Apache-2.0
"""A conversation without widgets."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from ktdesk import Done, Failed, Message, Request, Token
from ktdesk.errors import RequestError, TemplateError
from tests.gui.fake_engine import STATS, FakeEngine, answer
from ui.chat.messages import MessageState
from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.settings_store import SettingsStore
from ui.workspace.presenter import Workspace

pytestmark = pytest.mark.usefixtures("loaded")


def ask(qtbot: QtBot, chat: ChatPresenter, text: str) -> None:
    assert chat.ask(text)
    qtbot.waitUntil(lambda: not chat.is_answering)


def until_cancelled(engine: FakeEngine, first: str = "x"):
    """Return events that go on until they are cancelled."""

    def events(request: Request):
        if first:
            yield Token(1, first)
        engine.cancelled.wait(10)
        yield Done("cancelled", STATS)

    return events


def texts(chat: ChatPresenter) -> list[tuple[str, str]]:
    return [
        (message.role, message.text)
        for message in map(chat.messages.__getitem__, range(len(chat.messages)))
    ]


def test_an_answer_grows_and_ends_with_its_statistics(
    qtbot: QtBot, chat: ChatPresenter, qtmodeltester: ModelTester
) -> None:
    qtmodeltester.check(chat.messages)
    ask(qtbot, chat, " hello ")
    qtmodeltester.check(chat.messages)
    assert texts(chat) == [("user", "hello"), ("assistant", "Hello world ")]
    assert chat.messages[1].stats == STATS
    assert chat.messages[1].state is MessageState.WHOLE
    assert chat.context_used == STATS.context_used


def test_the_next_question_carries_the_conversation_and_the_sampling(
    qtbot: QtBot, chat: ChatPresenter, engine: FakeEngine, store: SettingsStore
) -> None:
    ask(qtbot, chat, "one")
    store.set("sampling", "temperature", 0.0)
    store.set("sampling", "max_tokens", 5)
    ask(qtbot, chat, "two")
    request = engine.requests[-1]
    said = [("user", "one"), ("assistant", "Hello world "), ("user", "two")]
    assert request.messages == tuple(Message(role, text) for role, text in said)
    assert (request.options.temperature, request.options.max_tokens) == (0.0, 5)


def test_reasoning_is_kept_apart_and_goes_back(
    qtbot: QtBot, chat: ChatPresenter, engine: FakeEngine
) -> None:
    thought = [Token(1, "Hm", "reasoning"), Token(2, "."), Done("end", STATS)]
    engine.events = lambda request: iter(thought)
    ask(qtbot, chat, "one")
    assert (chat.messages[1].text, chat.messages[1].reasoning) == (".", "Hm")
    ask(qtbot, chat, "two")
    assert engine.requests[-1].messages[1] == Message("assistant", ".", "Hm")


def test_stopping_keeps_what_is_there(
    qtbot: QtBot, chat: ChatPresenter, engine: FakeEngine
) -> None:
    engine.events = until_cancelled(engine)
    assert chat.ask("hello")
    qtbot.waitUntil(lambda: chat.messages[-1].text == "x")
    chat.stop()
    qtbot.waitUntil(lambda: not chat.is_answering)
    assert (chat.messages[-1].text, chat.messages[-1].state) == ("x", MessageState.STOPPED)


def test_stopping_before_the_first_word_leaves_a_question_to_retry(
    qtbot: QtBot, chat: ChatPresenter, engine: FakeEngine
) -> None:
    engine.events = until_cancelled(engine, "")
    assert chat.ask("hello")
    chat.stop()
    qtbot.waitUntil(lambda: chat.can_retry)
    assert texts(chat) == [("user", "hello")]


@pytest.mark.parametrize(
    "error",
    [
        RequestError("The prompt has 900 tokens.", hint="Shorten it."),
        TemplateError("The template says: no.", hint="Use another."),
    ],
)
def test_a_failed_request_keeps_the_question_and_can_be_tried_again(
    qtbot: QtBot, chat: ChatPresenter, engine: FakeEngine, error: Exception
) -> None:
    engine.events = lambda request: [Failed(error)]
    with qtbot.waitSignal(chat.failed) as failed:
        chat.ask("hello")
    assert failed.args == [error]
    assert texts(chat) == [("user", "hello")]
    engine.events = lambda request: answer("fine")
    chat.retry()
    qtbot.waitUntil(lambda: not chat.is_answering)
    assert texts(chat) == [("user", "hello"), ("assistant", "fine ")]
    assert not chat.can_retry


def test_a_question_without_an_answer_is_not_sent_with_the_next(
    qtbot: QtBot, chat: ChatPresenter, engine: FakeEngine
) -> None:
    engine.events = lambda request: [Failed(RequestError("no", hint="h"))]
    ask(qtbot, chat, "too long")
    engine.events = lambda request: answer("fine")
    ask(qtbot, chat, "shorter")
    assert engine.requests[-1].messages == (Message("user", "shorter"),)


def test_a_failed_question_can_be_taken_back(
    qtbot: QtBot, chat: ChatPresenter, engine: FakeEngine
) -> None:
    engine.events = lambda request: [Failed(RequestError("no", hint="h"))]
    ask(qtbot, chat, "too long")
    assert chat.take_back() == "too long"
    assert not texts(chat)


def test_an_answer_goes_on_in_its_chat_while_another_is_shown(
    qtbot: QtBot, workspace: Workspace, chat: ChatPresenter, engine: FakeEngine
) -> None:
    engine.events = until_cancelled(engine)
    assert chat.ask("old")
    qtbot.waitUntil(lambda: chat.messages[-1].text == "x")
    old = chat.chat_id
    chat.new_chat()
    assert not texts(chat)
    assert not chat.is_answering
    assert [ticket.chat_id for ticket in workspace.line.tickets] == [old]
    engine.cancelled.set()
    qtbot.waitUntil(lambda: not workspace.line.tickets)
    assert not texts(chat)
    engine.events = lambda request: answer("new")
    ask(qtbot, chat, "again")
    assert texts(chat) == [("user", "again"), ("assistant", "new ")]
    chat.open(old)
    assert texts(chat) == [("user", "old"), ("assistant", "x")]


def test_another_model_ends_the_answer_and_keeps_it(
    qtbot: QtBot, chat: ChatPresenter, engine: FakeEngine, model: ModelPresenter, file: Path
) -> None:
    engine.events = until_cancelled(engine)
    assert chat.ask("hello")
    qtbot.waitUntil(lambda: chat.messages[-1].text == "x")
    model.load(file)
    assert not chat.is_answering
    qtbot.waitUntil(lambda: model.is_ready)
    assert texts(chat) == [("user", "hello"), ("assistant", "x")]
    assert len(engine.loads) == 2


def test_nothing_is_asked_without_words(chat: ChatPresenter, engine: FakeEngine) -> None:
    assert not chat.ask("  \n ")
    assert not engine.requests
