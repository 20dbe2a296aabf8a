# SPDX-License-Identifier: Apache-2.0
"""`ktdesk chat`: the conversation, on lines as they are typed."""

from __future__ import annotations

import signal

import pytest

from ktdesk.errors import RequestError
from ktdesk.runtime.request import Done, Failed, Message, Token
from tests.unit.cli.conftest import ANSWER, STATS


def talk(ktdesk, model, typed, text, *arguments):
    typed(text)
    return ktdesk("chat", "--model", model, *arguments)


def contents(engine):
    return [[message.content for message in request.messages] for request in engine.requests]


def test_each_answer_belongs_to_the_conversation(ktdesk, model, engine, typed) -> None:
    done = talk(ktdesk, model, typed, "One\n\nTwo\n", "--system", "Brief.")
    assert done.code == 0
    assert done.out == "Hello, world\nHello, world\n"
    assert contents(engine) == [["Brief.", "One"], ["Brief.", "One", "Hello, world", "Two"]]
    assert engine.requests[1].messages[2] == Message("assistant", "Hello, world")


def test_reasoning_goes_back_beside_the_answer(ktdesk, model, engine, typed) -> None:
    thought = [Token(1, "Hm", "reasoning"), Token(2, "Yes"), Done("end", STATS)]
    engine.events = lambda request: iter(thought)
    assert talk(ktdesk, model, typed, "One\nTwo\n").out == "Yes\nYes\n"
    assert engine.requests[1].messages[1] == Message("assistant", "Yes", "Hm")


def test_new_begins_again_with_the_instructions(ktdesk, model, engine, typed) -> None:
    talk(ktdesk, model, typed, "One\n/new\nTwo\n", "--system", "Brief.")
    assert contents(engine) == [["Brief.", "One"], ["Brief.", "Two"]]


def test_exit_leaves(ktdesk, model, engine, typed) -> None:
    assert talk(ktdesk, model, typed, "/exit\nOne\n").code == 0
    assert engine.requests == []


def test_stats_sum_up(ktdesk, model, typed) -> None:
    err = talk(ktdesk, model, typed, "/stats\nOne\nTwo\n/stats\n").err
    assert "Nothing was said yet." in err
    assert "answers 2 · 6 tokens in 0.2 s · context 13 of 512" in err


def test_help_names_the_commands_and_others_are_refused(ktdesk, model, engine, typed) -> None:
    err = talk(ktdesk, model, typed, "/help\n/quit\n/etc/hosts is a file\n").err
    assert "/new    forget the conversation" in err
    assert "There is no command /quit. /help lists them." in err
    assert contents(engine) == [["/etc/hosts is a file"]]


def test_a_failed_message_is_not_part_of_the_conversation(ktdesk, model, engine, typed) -> None:
    answers = iter([[Failed(RequestError("Too long.", hint="Shorten it."))], ANSWER])
    engine.events = lambda request: iter(next(answers))
    done = talk(ktdesk, model, typed, "One\nTwo\n")
    assert done.code == 0
    assert "Error: Too long.\nShorten it.\n" in done.err
    assert contents(engine) == [["One"], ["Two"]]


def test_what_was_answered_before_ctrl_c_stands(ktdesk, model, engine, typed) -> None:
    def events(request):
        yield Token(1, "Hel")
        if not engine.is_cancelled:
            signal.raise_signal(signal.SIGINT)
        yield Done("cancelled", STATS)

    engine.events = events
    done = talk(ktdesk, model, typed, "One\nTwo\n")
    assert done.code == 0
    assert contents(engine) == [["One"], ["One", "Hel", "Two"]]


@pytest.fixture
def keys(monkeypatch):
    """Say what each reading of a line gives: its text, or an exception."""

    def press(*lines):
        waiting = iter(lines)

        def read() -> str:
            line = next(waiting, EOFError())
            if isinstance(line, BaseException):
                raise line
            return line

        monkeypatch.setattr("builtins.input", read)

    return press


def test_ctrl_c_twice_at_the_prompt_leaves(ktdesk, model, engine, keys) -> None:
    keys(KeyboardInterrupt(), KeyboardInterrupt(), "One")
    done = ktdesk("chat", "--model", model)
    assert done.code == 130
    assert "Ctrl+C again leaves." in done.err
    assert engine.requests == []


def test_ctrl_c_once_at_the_prompt_loses_nothing(ktdesk, model, engine, keys) -> None:
    """It may have been meant for an answer that had just ended."""
    keys("One", KeyboardInterrupt(), "Two", KeyboardInterrupt(), "Three")
    assert ktdesk("chat", "--model", model).code == 0
    assert len(engine.requests[-1].messages) == 5
