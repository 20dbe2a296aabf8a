# SPDX-License-Identifier: Apache-2.0
"""`ktdesk chat --session`: a conversation that goes on the next time."""

from __future__ import annotations

import dataclasses
import json

import pytest

from ktdesk.errors import SessionError
from ktdesk.runtime.request import Done, Token
from tests.unit.cli.conftest import STATS
from tests.unit.cli.test_conversation import contents, talk


def test_a_conversation_goes_on_with_what_was_said(ktdesk, model, engine, typed) -> None:
    begun = talk(ktdesk, model, typed, "One\n", "--session", "tea", "--system", "Brief.")
    assert begun.code == 0
    assert "need no reading" not in begun.err
    again = talk(ktdesk, model, typed, "Two\n", "--session", "tea")
    assert "Session tea: 13 tokens need no reading." in again.err
    assert contents(engine)[-1] == ["Brief.", "One", "Hello, world", "Two"]
    saved = [[message.content for message in request.messages] for request in engine.saved]
    said = ["Brief.", "One", "Hello, world", "Two", "Hello, world"]
    assert saved == [said[:3], said]


def test_a_single_answer_belongs_to_it_too(ktdesk, model, engine) -> None:
    for prompt in ("One", "Two"):
        done = ktdesk("chat", "--model", model, "--session", "tea", "--prompt", prompt, "--json")
        assert json.loads(done.out)["text"] == "Hello, world"
    assert contents(engine)[-1] == ["One", "Hello, world", "Two"]


def test_other_names_are_other_conversations(ktdesk, model, engine) -> None:
    for name in ("tea", "coffee"):
        ktdesk("chat", "--model", model, "--session", name, "--prompt", "Hi")
    assert contents(engine) == [["Hi"], ["Hi"]]


def test_nothing_new_is_not_written_again(ktdesk, model, engine, typed) -> None:
    talk(ktdesk, model, typed, "One\n", "--session", "tea")
    talk(ktdesk, model, typed, "/exit\n", "--session", "tea")
    assert len(engine.saved) == 1


def test_new_forgets_what_was_said(ktdesk, model, engine, typed) -> None:
    talk(ktdesk, model, typed, "One\n/new\nTwo\n", "--session", "tea")
    talk(ktdesk, model, typed, "Three\n", "--session", "tea")
    assert contents(engine)[-1] == ["Two", "Hello, world", "Three"]


def test_rows_that_cannot_be_used_cost_only_time(ktdesk, model, engine, typed, home) -> None:
    talk(ktdesk, model, typed, "One\n", "--session", "tea")
    (home / "sessions" / "tea.rows").write_bytes(b"other")
    again = talk(ktdesk, model, typed, "Two\n", "--session", "tea")
    assert again.code == 0
    assert "is damaged. The conversation is read again." in again.err
    assert contents(engine)[-1] == ["One", "Hello, world", "Two"]


def test_rows_that_cannot_be_written_are_said(ktdesk, model, engine, typed, monkeypatch) -> None:
    def refuse(path, request):
        raise SessionError("The disk is full.", hint="Make room.")

    monkeypatch.setattr(engine, "save_session", refuse)
    done = talk(ktdesk, model, typed, "One\n", "--session", "tea")
    assert done.code == 0
    assert "Error: The disk is full.\nMake room.\n" in done.err


@pytest.mark.parametrize("text", ["", "[]", '{"messages": [{"role": "user"}]}', "\xff"])
def test_a_file_that_is_no_conversation_is_left_alone(ktdesk, model, home, text) -> None:
    file = home / "sessions" / "tea.json"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="latin-1")
    done = ktdesk("chat", "--model", model, "--session", "tea", "--prompt", "Hi")
    assert done.code == 1
    assert "The session tea cannot be read" in done.err
    assert file.read_text(encoding="latin-1") == text


@pytest.mark.parametrize("name", ["../tea", "a/b", "", ".", "-x"])
def test_a_name_is_no_path(ktdesk, model, name) -> None:
    done = ktdesk("chat", "--model", model, f"--session={name}", "--prompt", "Hi")
    assert (done.code, "cannot be called" in done.err) == ((0, False) if not name else (1, True))


def test_a_raw_prompt_is_no_conversation(ktdesk, model) -> None:
    done = ktdesk("chat", "--model", model, "--session", "tea", "--prompt", "Hi", "--raw")
    assert done.code == 2
    assert "Leave out --raw or --session." in done.err


def test_the_end_of_the_context_is_said(ktdesk, model, engine, typed) -> None:
    stats = dataclasses.replace(STATS, dropped_messages=4)
    engine.events = lambda request: iter([Token(7, "Hello"), Done("context", stats)])
    err = talk(ktdesk, model, typed, "One\n").err
    assert "without the 4 oldest messages" in err
    assert "The context is full. /new begins another conversation." in err


def test_what_to_do_at_the_end_of_the_context_is_chosen(ktdesk, model, engine) -> None:
    options = ("--context-full", "shift", "--prompt-lookup", "off")
    ktdesk("chat", "--model", model, "--prompt", "Hi", *options)
    chosen = engine.requests[0].options
    assert (chosen.context_full, chosen.prompt_lookup) == ("shift", "off")
