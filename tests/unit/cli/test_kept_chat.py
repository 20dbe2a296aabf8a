# SPDX-License-Identifier: Apache-2.0
"""`ktdesk chat --keep` and `--continue`: conversations in the store of the window."""

from __future__ import annotations

import json

import pytest

from ktdesk.chats import open_chats
from ktdesk.chats.records import NewMessage
from ktdesk.runtime.request import Done, Token
from tests.unit.cli.conftest import STATS


def stored() -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """Return each chat's title with its instructions, and roles and texts of what was said."""
    with open_chats() as store:
        chats = [store.chats.get(chat.id) for chat in store.chats.all()]
        found = {}
        for chat in chats:
            path = store.messages.path(chat.id)
            said = store.messages.load(path)
            texts = [(said[id_].role, said[id_].content) for id_ in path]
            found[chat.title] = (chat.system_prompt, texts)
        return found


FIRST = [("user", "Tea?"), ("assistant", "Hello, world")]


def test_nothing_is_kept_unless_that_is_asked_for(ktdesk, model) -> None:
    ktdesk("chat", "--model", model, "--prompt", "Tea?")
    assert stored() == {}


def test_a_conversation_is_a_chat_of_the_window(ktdesk, model, typed) -> None:
    typed("Tea?\nMilk?\n/new\nCoffee?\n")
    assert ktdesk("chat", "--model", model, "--keep", "--system", "Brief.").code == 0
    assert stored() == {
        "Tea?": ("Brief.", [*FIRST, ("user", "Milk?"), ("assistant", "Hello, world")]),
        "Coffee?": ("Brief.", [("user", "Coffee?"), ("assistant", "Hello, world")]),
    }
    with open_chats() as store:
        models = {hit.model for chat in store.chats.all() for hit in answers(store, chat)}
    assert models == {"Small model"}


def answers(store, chat):
    messages = store.messages.load(store.messages.path(chat.id)).values()
    return [message for message in messages if message.role == "assistant"]


def test_the_last_chat_goes_on(ktdesk, model, engine) -> None:
    begin = ("chat", "--model", model, "--system", "Brief.", "--keep", "--prompt", "Tea?")
    ktdesk(*begin)
    done = ktdesk("chat", "--continue", "--prompt", "Milk?")
    assert "Chat 'Tea?': 2 messages." in done.err
    texts = [message.content for message in engine.requests[-1].messages]
    assert texts == ["Brief.", "Tea?", "Hello, world", "Milk?"]
    more = [("user", "Milk?"), ("assistant", "Hello, world")]
    assert stored() == {"Tea?": ("Brief.", [*FIRST, *more])}


def test_reasoning_is_kept_beside_the_answer(ktdesk, model, engine) -> None:
    thought = [Token(1, "Hm", "reasoning"), Token(2, "Yes"), Done("end", STATS)]
    engine.events = lambda request: iter(thought)
    ktdesk("chat", "--model", model, "--keep", "--prompt", "Tea?")
    ktdesk("chat", "--continue", "--prompt", "Milk?")
    assert engine.requests[-1].messages[1].reasoning == "Hm"


def test_a_question_without_an_answer_is_gone_on_from_what_is_before(ktdesk, model, engine) -> None:
    with open_chats() as store:
        chat = store.chats.new("Tea")
        first = store.messages.add(chat, NewMessage(role="user", content="A"), parent_id=None)
        answer = NewMessage(role="assistant", content="B")
        second = store.messages.add(chat, answer, parent_id=first)
        store.messages.add(chat, NewMessage(role="user", content="C"), parent_id=second)
    ktdesk("chat", "--model", model, "--continue", "--prompt", "D")
    assert [message.content for message in engine.requests[-1].messages] == ["A", "B", "D"]
    assert stored()["Tea"][1][-2:] == [("user", "D"), ("assistant", "Hello, world")]


def test_without_a_chat_there_is_nothing_to_go_on_with(ktdesk, model, engine) -> None:
    done = ktdesk("chat", "--model", model, "--continue", "--prompt", "Hi", "--json")
    assert (done.code, engine.info) == (1, None)
    assert "no chat to go on with" in json.loads(done.out)["error"]["message"]


@pytest.mark.parametrize("flag", [("--continue", "--system", "x"), ("--keep", "--raw")])
def test_contradictions_are_wrong_use(ktdesk, model, flag) -> None:
    assert ktdesk("chat", "--model", model, "--prompt", "Hi", *flag).code == 2
