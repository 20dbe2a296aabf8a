# SPDX-License-Identifier: Apache-2.0
"""Search in every language, for one character or many, with any input."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ktdesk.chats import ChatStore
from tests.unit.chats.talking import say

TEXTS = {
    "sky": ("Why is the sky blue?", "Rayleigh scattering: 100% of it, under_score."),
    "tea": ("怎样泡一杯好茶", "用热水冲泡三分钟。茶叶要新鲜。"),
    "русский": ("Как дела?", "Всё хорошо, спасибо. ДА."),
    "code": ('print("x OR y")', "AND NOT NEAR(a b) * ^ - : {content} 'quoted'"),
}


@pytest.fixture
def full(store: ChatStore) -> ChatStore:
    for title, (question, answer) in TEXTS.items():
        say(store, store.chats.new(title), question, answer)
    return store


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("sky", ["sky"]),
        ("SKY", ["sky"]),
        ("cattering", ["sky"]),
        ("茶", ["tea"]),
        ("热水", ["tea"]),
        ("三分钟", ["tea"]),
        ("用热水冲泡三分钟", ["tea"]),
        ("好茶 怎样", ["tea"]),
        ("blue is", ["sky"]),
        ("sky tea", []),
        ("100%", ["sky"]),
        ("0%", ["sky"]),
        ("%", ["sky"]),
        ("_", ["sky"]),
        ("r_s", ["sky"]),
        ("да", ["русский"]),
        ("ХОРОШО", ["русский"]),
        ('"x', ["code"]),
        ("OR", ["sky", "русский", "code"]),
        ("NEAR(a", ["code"]),
        ("'quoted'", ["code"]),
        ("nowhere to be found", []),
        ("", []),
        (" \0 ", []),
    ],
)
def test_what_is_found(full: ChatStore, words: str, titles: list[str]) -> None:
    expected = {
        title
        for title, texts in TEXTS.items()
        if words.split()
        and (
            any(all(w.casefold() in t.casefold() for w in words.split()) for t in texts)
            or all(w.casefold() in title.casefold() for w in words.split())
        )
    }
    found = {hit.title for hit in full.search(words.strip("\0 "))}
    assert found == expected
    if words != "OR":  # which is also in the middle of other words
        assert sorted(found) == sorted(titles)


def test_a_snippet_shows_where(full: ChatStore) -> None:
    (hit,) = full.search("冲泡")
    assert [hit.snippet[a:b] for a, b in hit.marks] == ["冲泡"]
    (hit,) = full.search("Rayleigh of")
    assert {hit.snippet[a:b].lower() for a, b in hit.marks} == {"rayleigh", "of"}


def test_a_long_text_gives_a_short_line(store: ChatStore) -> None:
    say(store, store.chats.new(), "q", "filler\n" * 5000 + "needle here" + " more" * 5000)
    (hit,) = store.search("needle")
    assert hit.snippet.startswith("…")
    assert hit.snippet.endswith("…")
    assert len(hit.snippet) < 140
    assert "\n" not in hit.snippet


def test_titles_come_first_and_each_chat_once(store: ChatStore) -> None:
    chatty = store.chats.new("other")
    for _ in range(3):
        say(store, chatty, "granite", "granite is a rock")
    named = store.chats.new("granite")
    hits = store.search("granite")
    assert [(hit.chat_id, hit.count) for hit in hits] == [(named, 0), (chatty, 6)]
    assert hits[0].message_id is None


def test_what_is_deleted_or_edited_is_found_as_it_is_now(store: ChatStore) -> None:
    chat = store.chats.new()
    question, answer = say(store, chat, "alpha", "omega")
    store.messages.end(answer, "done", "changed")
    assert not store.search("omega")
    assert store.search("changed")
    store.messages.delete([question])
    assert not store.search("alpha")
    store.messages.restore([question])
    assert store.search("alpha")
    store.chats.delete(chat)
    assert not store.search("alpha")


def test_thoughts_are_found_and_a_growing_answer_once_it_has_ended(store: ChatStore) -> None:
    chat = store.chats.new()
    _, answer = store.messages.ask(chat, "q", parent_id=None, model="", settings={})
    store.messages.grow(answer, "half a sentence", "pondering")
    assert not store.search("sentence")
    store.messages.end(answer, "stopped", "half a sentence", "pondering")
    assert store.search("sentence")
    (hit,) = store.search("ponder")
    assert hit.snippet == "pondering"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=30) | st.text(alphabet="\"'*%_\\ -(){}:^ANDORT茶", max_size=30))
def test_no_input_is_an_error(full: ChatStore, words: str) -> None:
    for hit in full.search(words):
        assert all(0 <= a < b <= len(hit.snippet) for a, b in hit.marks)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), length=st.integers(1, 6))
def test_every_part_of_a_text_finds_it(full: ChatStore, data: st.DataObject, length: int) -> None:
    title = data.draw(st.sampled_from(sorted(TEXTS)))
    text = data.draw(st.sampled_from(TEXTS[title]))
    start = data.draw(st.integers(0, len(text) - 1))
    part = text[start : start + length]
    if part.strip():
        assert title in [hit.title for hit in full.search(part)]
