# SPDX-License-Identifier: Apache-2.0
"""Questions in line before the engine: order, places, models, and what cancels them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ktdesk import Done, Failed, Request, Token
from ktdesk.errors import RequestError
from tests.gui.fake_engine import STATS, FakeEngine, answer
from tests.gui.test_chat_presenter import texts
from ui.chat.messages import MessageState
from ui.chat.model_presenter import ModelPresenter
from ui.kept_chats import KeptChats
from ui.settings_store import SettingsStore
from ui.workspace.presenter import Workspace

pytestmark = pytest.mark.usefixtures("loaded")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another file that the engine loads."""
    path = tmp_path / "other.gguf"
    path.write_bytes(b"GGUF")
    return path


@pytest.fixture
def held(engine: FakeEngine) -> FakeEngine:
    """The engine, writing its first answer until it is cancelled, and the others at once."""

    def events(request: Request):
        if len(engine.requests) > 1:
            yield from answer(f"to {request.messages[-1].content}")
            return
        yield Token(1, "x")
        engine.cancelled.wait(10)
        yield Done("cancelled", STATS)

    engine.events = events
    return engine


def ask_in_panes(workspace: Workspace, *questions: str) -> None:
    for _ in questions[1:]:
        workspace.split()
    for chat, question in zip(workspace.chats, questions, strict=True):
        assert chat.ask(question)


def asked(engine: FakeEngine) -> list[str]:
    return [request.messages[-1].content for request in engine.requests]


def finish(qtbot: QtBot, workspace: Workspace) -> None:
    qtbot.waitUntil(lambda: not workspace.line.tickets)


def test_who_asks_while_the_engine_is_busy_waits_and_is_answered_in_turn(
    qtbot: QtBot, workspace: Workspace, held: FakeEngine
) -> None:
    ask_in_panes(workspace, "one", "two", "three")
    first, second, third = workspace.chats
    qtbot.waitUntil(lambda: first.messages[-1].text == "x")
    line = workspace.line
    assert [line.place_of(chat.ticket) for chat in workspace.chats] == [0, 1, 2]
    assert second.messages[-1].state is MessageState.WAITING
    assert not second.can_ask
    first.stop()
    finish(qtbot, workspace)
    assert asked(held) == ["one", "two", "three"]
    assert texts(third) == [("user", "three"), ("assistant", "to three ")]
    assert third.messages[-1].state is MessageState.WHOLE


def test_one_who_waits_can_go_and_the_question_stays(
    qtbot: QtBot, workspace: Workspace, held: FakeEngine, kept: KeptChats
) -> None:
    ask_in_panes(workspace, "one", "two", "three")
    first, second, _ = workspace.chats
    second.stop()
    assert texts(second) == [("user", "two")]
    assert second.can_retry
    first.stop()
    finish(qtbot, workspace)
    assert asked(held) == ["one", "three"]
    second.retry()
    finish(qtbot, workspace)
    assert texts(second)[-1] == ("assistant", "to two ")


def test_the_order_can_be_changed(qtbot: QtBot, workspace: Workspace, held: FakeEngine) -> None:
    ask_in_panes(workspace, "one", "two", "three")
    first, _, third = workspace.chats
    workspace.line.move(third.chat_id, -1)
    assert workspace.line.place_of(third.ticket) == 1
    workspace.line.move(first.chat_id, 1)  # it is being answered
    first.stop()
    finish(qtbot, workspace)
    assert asked(held) == ["one", "three", "two"]


def test_an_answer_is_written_whichever_chats_are_shown(
    qtbot: QtBot, workspace: Workspace, held: FakeEngine
) -> None:
    ask_in_panes(workspace, "one", "two")
    second = workspace.chats[1].chat_id
    workspace.close_pane(1)
    workspace.chats[0].stop()
    finish(qtbot, workspace)
    workspace.open(second)
    assert texts(workspace.active) == [("user", "two"), ("assistant", "to two ")]


def test_a_chat_of_another_model_has_it_loaded_first_and_the_next_has_the_chosen_one(
    qtbot: QtBot, workspace: Workspace, held: FakeEngine, file: Path, other: Path,
    model: ModelPresenter, store: SettingsStore,
) -> None:  # fmt: skip
    workspace.split()
    workspace.split()
    first, second, third = workspace.chats
    second.own.use_model(other)
    for chat, question in ((first, "one"), (second, "two"), (third, "three")):
        assert chat.ask(question)
    line = workspace.line
    tickets = [chat.ticket for chat in workspace.chats]
    assert [line.model_to_load(ticket) for ticket in tickets] == [None, other, file]
    first.stop()
    finish(qtbot, workspace)
    assert [path for path, *_ in held.loads] == [file, other, file]
    assert asked(held) == ["one", "two", "three"]
    assert [chat.messages[-1].model for chat in (second, third)] == ["other", "small"]
    assert second.messages[-1].settings["model"]["path"] == str(other)
    assert store.settings.interface.last_model == str(file)
    assert model.chosen == file


def test_moving_together_who_needs_the_same_model_spares_a_load(
    qtbot: QtBot, workspace: Workspace, held: FakeEngine, file: Path, other: Path
) -> None:
    ask_in_panes(workspace, "one")
    workspace.split()
    workspace.split()
    _, second, third = workspace.chats
    second.own.use_model(other)
    assert second.ask("two")
    assert third.ask("three")
    workspace.line.move(third.chat_id, -1)
    workspace.chats[0].stop()
    finish(qtbot, workspace)
    assert asked(held) == ["one", "three", "two"]
    assert [path for path, *_ in held.loads] == [file, other]


def test_a_model_that_cannot_be_loaded_lets_the_next_be_answered(
    qtbot: QtBot, workspace: Workspace, engine: FakeEngine, model: ModelPresenter, tmp_path: Path
) -> None:
    failures: list[Exception] = []
    model.failed.connect(failures.append)
    workspace.split()
    first, second = workspace.chats
    first.own.use_model(tmp_path / "gone.gguf")
    assert first.ask("one")
    assert second.ask("two")
    finish(qtbot, workspace)
    assert ["gone.gguf" in str(error) for error in failures] == [True]
    assert texts(first) == [("user", "one")]
    assert texts(second)[-1][0] == "assistant"
    assert model.path == model.chosen


@pytest.mark.parametrize("how", ["stop", "cancel"])
def test_a_load_for_a_question_can_be_cancelled(
    qtbot: QtBot, workspace: Workspace, engine: FakeEngine, model: ModelPresenter, other: Path,
    how: str,
) -> None:  # fmt: skip
    chat = workspace.active
    chat.own.use_model(other)
    engine.during_load = lambda: engine._load_cancelled.wait(10)
    assert chat.ask("one")
    assert workspace.line.is_loading
    chat.stop() if how == "stop" else model.cancel()
    finish(qtbot, workspace)
    assert texts(chat) == [("user", "one")]
    assert not engine.requests
    engine.during_load = lambda: None
    chat.retry()
    finish(qtbot, workspace)
    assert texts(chat)[-1] == ("assistant", "Hello world ")


def test_the_user_may_load_another_model_meanwhile(
    qtbot: QtBot, workspace: Workspace, held: FakeEngine, model: ModelPresenter, other: Path
) -> None:
    ask_in_panes(workspace, "one", "two")
    first, second = workspace.chats
    qtbot.waitUntil(lambda: first.messages[-1].text == "x")
    model.load(other)
    assert not first.is_answering
    assert first.messages[-1].state is MessageState.STOPPED
    finish(qtbot, workspace)
    assert second.messages[-1].model == "other"


def test_nobody_takes_the_memory_that_was_given_back_for_something_else(
    qtbot: QtBot, workspace: Workspace, held: FakeEngine, model: ModelPresenter, other: Path
) -> None:
    ask_in_panes(workspace, "one", "two")
    first, second = workspace.chats
    qtbot.waitUntil(lambda: first.messages[-1].text == "x")
    model.unload()
    qtbot.waitUntil(lambda: not model.is_busy)
    first.own.use_model(other)
    assert not first.can_ask
    assert workspace.line.place_of(second.ticket) == 1
    assert len(held.loads) == 1
    model.reload()
    finish(qtbot, workspace)
    assert texts(second)[-1] == ("assistant", "to two ")


def test_an_answer_that_waited_is_kept_with_the_settings_it_began_with(
    qtbot: QtBot, workspace: Workspace, held: FakeEngine, store: SettingsStore
) -> None:
    ask_in_panes(workspace, "one", "two")
    store.set("sampling", "temperature", 0.125)
    workspace.chats[0].stop()
    finish(qtbot, workspace)
    assert held.requests[-1].options.temperature == 0.125
    assert workspace.chats[1].messages[-1].settings["sampling"]["temperature"] == 0.125


def test_a_stopped_answer_that_goes_on_may_leave_the_line_again(
    qtbot: QtBot, workspace: Workspace, held: FakeEngine
) -> None:
    ask_in_panes(workspace, "one", "two")
    first, second = workspace.chats
    qtbot.waitUntil(lambda: first.messages[-1].text == "x")
    first.stop()
    finish(qtbot, workspace)
    held.requests.clear()
    assert second.ask("more")
    qtbot.waitUntil(lambda: second.messages[-1].text == "x")
    first.resume()
    assert first.messages[-1].state is MessageState.WAITING
    first.stop()
    assert texts(first) == [("user", "one"), ("assistant", "x")]
    assert first.messages[-1].can_go_on
    second.stop()
    finish(qtbot, workspace)


def test_nothing_is_answered_in_a_chat_that_was_deleted(
    qtbot: QtBot, workspace: Workspace, held: FakeEngine, kept: KeptChats
) -> None:
    ask_in_panes(workspace, "one", "two")
    second = workspace.chats[1].chat_id
    kept.do(lambda: kept.store.chats.delete(second))
    workspace.chats[0].stop()
    finish(qtbot, workspace)
    assert asked(held) == ["one"]
    kept.do(lambda: kept.store.chats.restore(second))
    workspace.open(second)
    assert texts(workspace.active) == [("user", "two")]


def test_an_error_is_told_where_its_chat_is_shown_or_else_to_all(
    qtbot: QtBot, workspace: Workspace, engine: FakeEngine, kept: KeptChats
) -> None:
    told: list[str] = []
    workspace.active.failed.connect(lambda error: told.append(f"chat: {error}"))
    kept.failed.connect(lambda error: told.append(f"all: {error}"))
    engine.events = lambda request: [Failed(RequestError("no", hint="h"))]
    assert workspace.active.ask("one")
    finish(qtbot, workspace)
    workspace.active.retry()
    workspace.active.new_chat()
    finish(qtbot, workspace)
    assert told == ["chat: no", "all: no"]


def test_closing_stores_what_there_is_and_leaves_questions_to_be_asked_again(
    qtbot: QtBot, workspace: Workspace, held: FakeEngine, kept: KeptChats
) -> None:
    ask_in_panes(workspace, "one", "two")
    first, second = workspace.chats
    qtbot.waitUntil(lambda: first.messages[-1].text == "x")
    workspace.close()
    messages = kept.store.messages
    for chat, said in ((first, ["one", "x"]), (second, ["two"])):
        stored = messages.load(messages.path(chat.chat_id)).values()
        assert [message.content for message in stored] == said
        assert all(message.status in ("done", "stopped") for message in stored)


def test_several_places_answer_side_by_side(
    qtbot: QtBot, workspace: Workspace, engine: FakeEngine, model: ModelPresenter
) -> None:
    assert model.info
    model.info = dataclasses.replace(model.info, parallel=2)
    engine.events = lambda request: _until(engine)
    ask_in_panes(workspace, "one", "two", "three")
    first, second, third = workspace.chats
    qtbot.waitUntil(lambda: first.messages[-1].text == second.messages[-1].text == "x")
    assert workspace.line.place_of(third.ticket) == 1
    engine.events = lambda request: answer("fine")
    engine.cancelled.set()
    finish(qtbot, workspace)
    assert texts(third)[-1] == ("assistant", "fine ")


def _until(engine: FakeEngine):
    yield Token(1, "x")
    engine.cancelled.wait(10)
    yield Done("end", STATS)
