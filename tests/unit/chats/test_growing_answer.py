# SPDX-License-Identifier: Apache-2.0
"""What is stored of an answer, however it ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ktdesk.chats import ChatStore
from ktdesk.chats.answer_writer import Draft
from ktdesk.chats.growing_answer import GrowingAnswer
from ktdesk.errors import ChatsError
from ktdesk.runtime.request import NOTHING_DONE, Done, StopReason
from tests.unit.chats.talking import SETTINGS, shown


@pytest.fixture
def place(store: ChatStore) -> int:
    chat = store.chats.new()
    return store.messages.ask(chat, "why?", parent_id=None, model="m", settings=SETTINGS)[1]


def done(reason: StopReason) -> Done:
    return Done(reason, replace(NOTHING_DONE, generated_tokens=2))


def test_a_whole_answer_is_stored_with_its_thinking_and_measurements(store, place) -> None:
    answer = GrowingAnswer(store, place)
    answer.add("Let me ", "reasoning")
    answer.add("see.", "reasoning")
    answer.add("Yes.", "answer")
    assert answer.draft.content == "Yes."
    answer.end(done("end"))
    answer.store()
    kept = store.messages.get(place)
    assert (kept.content, kept.thinking, kept.status) == ("Yes.", "Let me see.", "done")
    assert (kept.stats["stop_reason"], kept.stats["generated_tokens"]) == ("end", 2)


@pytest.mark.parametrize(
    ("how", "error", "status"),
    [(None, None, "stopped"), (done("cancelled"), None, "stopped"), (None, "It broke.", "error")],
)
def test_what_there_is_of_an_answer_that_was_cut_off_stays(
    store, place, how, error, status
) -> None:
    answer = GrowingAnswer(store, place, Draft("It went ", "Hm.", 1500))
    answer.add("on", "answer")
    answer.end(how, error)
    answer.store()
    kept = store.messages.get(place)
    assert (kept.content, kept.thinking, kept.thinking_ms) == ("It went on", "Hm.", 1500)
    assert (kept.status, kept.error) == (status, error or "")


@pytest.mark.parametrize("keeps_errors", [False, True])
def test_an_answer_without_a_word_leaves_its_question_alone(store, place, keeps_errors) -> None:
    for error in (None, "It broke."):
        parent = store.messages.get(place).parent_id
        again = store.messages.begin(parent, model="m", settings=SETTINGS)
        answer = GrowingAnswer(store, again, keeps_errors=keeps_errors)
        answer.end(None, error)
        answer.store()
        assert (store.messages.get(again) is not None) == bool(error and keeps_errors)


def test_an_answer_may_be_whole_and_empty(store, place) -> None:
    answer = GrowingAnswer(store, place)
    answer.end(done("end"))
    answer.store()
    assert store.messages.get(place).status == "done"


def test_storing_is_tried_again(store, place, monkeypatch) -> None:
    answer = GrowingAnswer(store, place)
    answer.add("Yes.", "answer")
    answer.end(done("end"))

    def fail(*arguments: object, **more: object) -> None:
        raise ChatsError("There is no space left.")

    with monkeypatch.context() as patched:
        patched.setattr("ktdesk.chats.answers.Answers.end", fail)
        with pytest.raises(ChatsError):
            answer.store()
    answer.store()
    assert shown(store, store.messages.get(place).chat_id) == ["why?", "Yes."]
