# SPDX-License-Identifier: Apache-2.0
"""`ktdesk chat`: the conversation, on lines as they are typed."""

from __future__ import annotations

import signal

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
    assert done.out == "Hello, world\nHello, world\n\n"
    assert contents(engine) == [["Brief.", "One"], ["Brief.", "One", "Hello, world", "Two"]]
    assert engine.requests[1].messages[2] == Message("assistant", "Hello, world")


def test_new_begins_again_with_the_instructions(ktdesk, model, engine, typed) -> None:
    talk(ktdesk, model, typed, "One\n/new\nTwo\n", "--system", "Brief.")
    assert contents(engine) == [["Brief.", "One"], ["Brief.", "Two"]]


def test_exit_leaves(ktdesk, model, engine, typed) -> None:
    assert talk(ktdesk, model, typed, "/exit\nOne\n").code == 0
    assert engine.requests == []


def test_stats_sum_up(ktdesk, model, typed) -> None:
    err = talk(ktdesk, model, typed, "/stats\nOne\nTwo\n/stats\n").err
    assert "Nothing was said yet." in err
    assert "2 answers, 6 tokens in 0.2 s · context 13 of 512" in err


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
