# SPDX-License-Identifier: Apache-2.0
"""Messages: asking, versions, editing, deleting, branching."""

from __future__ import annotations

import pytest

from ktdesk.chats import ChatStore
from ktdesk.errors import ChatsError
from tests.unit.chats.talking import SETTINGS, add, leaf, say, shown


def test_a_question_and_its_answer_are_shown_in_order(store: ChatStore) -> None:
    chat = store.chats.new()
    question, answer = say(store, chat, "why?", "because")
    say(store, chat, "really?", "yes")
    assert shown(store, chat) == ["why?", "because", "really?", "yes"]
    message = store.messages.get(answer)
    assert (message.model, message.settings, message.status) == ("m", SETTINGS, "done")
    assert message.stats == {"generated_tokens": 3}
    assert message.parent_id == question


def test_another_answer_is_a_version_that_can_be_chosen(store: ChatStore) -> None:
    chat = store.chats.new()
    question, first = say(store, chat, "why?", "one")
    say(store, chat, "more", "of one")
    second = store.messages.begin(question, model="n", settings={})
    store.messages.end(second, "done", "two")
    assert shown(store, chat) == ["why?", "two"]
    assert store.messages.versions([question, second]) == {
        question: (question,),
        second: (first, second),
    }
    store.messages.choose(first)
    assert shown(store, chat) == ["why?", "one", "more", "of one"]
    store.messages.choose(second)
    assert shown(store, chat) == ["why?", "two"]


def test_choosing_shows_the_branch_that_grew_last(store: ChatStore) -> None:
    chat = store.chats.new()
    _, first = say(store, chat, "why?", "one")
    question, _ = say(store, chat, "a", "b")
    store.messages.edit(question, "a2")
    other = store.messages.edit(first, "one, edited")
    assert shown(store, chat) == ["why?", "one, edited"]
    store.messages.choose(first)
    assert shown(store, chat) == ["why?", "one", "a2"]
    store.messages.choose(other)
    assert shown(store, chat) == ["why?", "one, edited"]


def test_the_first_question_has_versions_too_but_not_those_of_other_chats(
    store: ChatStore,
) -> None:
    chat, other = store.chats.new(), store.chats.new()
    question, _ = say(store, chat, "one", "x")
    say(store, other, "elsewhere", "y")
    edited = store.messages.edit(question, "two")
    assert store.messages.versions([edited]) == {edited: (question, edited)}


def test_deleting_leaves_the_rest_and_is_undone_exactly(store: ChatStore) -> None:
    chat = store.chats.new()
    question, answer = say(store, chat, "one", "two")
    say(store, chat, "three", "four")
    store.messages.delete([question, answer])
    assert shown(store, chat) == ["three", "four"]
    say(store, chat, "five", "six")
    store.messages.restore([question, answer])
    assert shown(store, chat) == ["one", "two", "three", "four", "five", "six"]


def test_what_is_asked_after_a_deleted_end_stays_when_that_comes_back(store: ChatStore) -> None:
    chat = store.chats.new()
    ids = say(store, chat, "one", "two")
    last = say(store, chat, "three", "four")
    store.messages.delete(last)
    assert shown(store, chat) == ["one", "two"]
    say(store, chat, "five", "six")
    store.messages.restore(last)
    assert shown(store, chat) == ["one", "two", "three", "four", "five", "six"]
    assert store.messages.versions([ids[1]]) == {ids[1]: (ids[1],)}


def test_a_deleted_version_is_none(store: ChatStore) -> None:
    chat = store.chats.new()
    question, first = say(store, chat, "why?", "one")
    second = store.messages.begin(question, model="", settings={})
    store.messages.end(second, "done", "two")
    store.messages.delete([second])
    assert store.messages.versions([first]) == {first: (first,)}
    store.messages.choose(first)
    assert shown(store, chat) == ["why?", "one"]


def test_a_branch_is_a_copy_up_to_a_message(store: ChatStore) -> None:
    folder = store.chats.new_folder("work")
    chat = store.chats.new("tea", folder_id=folder, system_prompt="be brief")
    _, answer = say(store, chat, "one", "two")
    store.attachments.add(answer, "a.txt", "text/plain", b"abc")
    say(store, chat, "three", "four")
    branch = store.messages.branch(answer)
    assert shown(store, branch) == ["one", "two"]
    copy = store.chats.get(branch)
    assert (copy.title, copy.folder_id, copy.system_prompt) == ("tea", folder, "be brief")
    copied = leaf(store, branch)
    assert store.messages.get(copied).stats == {"generated_tokens": 3}
    assert [a.name for a in store.attachments.of([copied])[copied]] == ["a.txt"]
    say(store, branch, "x", "y")
    assert shown(store, chat) == ["one", "two", "three", "four"]


def test_an_answer_of_nothing_is_discarded_and_its_question_stays(store: ChatStore) -> None:
    chat = store.chats.new()
    question, answer = store.messages.ask(chat, "q", parent_id=None, model="", settings={})
    store.messages.discard(answer)
    assert shown(store, chat) == ["q"]
    assert leaf(store, chat) == question


def test_an_attempt_of_nothing_gives_the_version_before_back(store: ChatStore) -> None:
    chat = store.chats.new()
    question, _ = say(store, chat, "q", "good")
    attempt = store.messages.begin(question, model="", settings={})
    store.messages.discard(attempt)
    store.messages.discard(attempt)  # which changes nothing
    assert shown(store, chat) == ["q", "good"]


def test_a_chat_without_messages_shows_none(store: ChatStore) -> None:
    assert shown(store, store.chats.new()) == []
    assert store.messages.path(999) == []
    assert store.messages.get(999) is None
    assert store.messages.load([]) == {}


def test_a_message_that_is_gone_is_said_to_be(store: ChatStore) -> None:
    for act in (store.messages.choose, store.messages.show_path_to):
        with pytest.raises(ChatsError, match="no longer there"):
            act(999)


@pytest.mark.parametrize("text", ["", "\0", "half \ud800 a character", "😀" * 1000, "'; DROP --"])
def test_any_text_is_kept(store: ChatStore, text: str) -> None:
    chat = store.chats.new()
    add(store, chat, text)
    assert shown(store, chat) == [text.encode("utf-8", "replace").decode()]


def test_ten_thousand_messages_are_a_path_of_as_many_ids(store: ChatStore) -> None:
    chat = store.chats.new()
    parent = None
    with store.messages._database.writing():
        for at in range(10_000):
            parent = add(store, chat, f"line {at}", "user" if at % 2 == 0 else "assistant", parent)
    path = store.messages.path(chat)
    assert len(path) == 10_000
    assert path == sorted(path)
    last = store.messages.load(path[-50:])
    assert last[path[-1]].content == "line 9999"
    assert len(store.messages.load(path)) == 10_000
