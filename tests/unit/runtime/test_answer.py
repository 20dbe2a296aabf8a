# SPDX-License-Identifier: Apache-2.0
"""An answer ends before a stop string, wherever the tokens cut it; reasoning and calls pass."""

from __future__ import annotations

from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from ktdesk.runtime.answer import AnswerText
from ktdesk.runtime.request import Token
from ktdesk.text.messages import ToolCall
from ktdesk.text.reply.marked import MarkedFormat, Marks
from ktdesk.text.reply.parts import Part, PlainReply, ReplyParser, Text
from ktdesk.text.tokenizer import TextStream, Tokenizer


class Pieces:
    """A tokeniser, and its stream, whose token n has the n-th text; <...> is a control token."""

    def __init__(self, *texts: str) -> None:
        self._texts = texts

    def token_text(self, token: int) -> str:
        return self._texts[token]

    def token_bytes(self, token: int) -> bytes:
        text = self._texts[token]
        return b"" if text.startswith("<") and text.endswith(">") else text.encode()

    def push(self, token: int) -> str:
        return self.token_bytes(token).decode()

    def flush(self) -> str:
        return ""


class Parts:
    """A reply that gives prepared parts for each text, its index."""

    marks: frozenset[str] = frozenset()

    def __init__(self, *parts: list[Part]) -> None:
        self._parts = parts

    def push(self, text: str) -> list[Part]:
        return self._parts[int(text)] if text else []

    def finish(self) -> list[Part]:
        return []


def events_of(pieces: list[str], stop: list[str], reply: ReplyParser) -> tuple[list, bool]:
    tokens = Pieces(*pieces)
    answer = AnswerText(cast("Tokenizer", tokens), cast("TextStream", tokens), reply, stop)
    events = [event for i in range(len(pieces)) for event in answer.push(i)]
    return [*events, *answer.flush()], answer.is_stopped


def shown(pieces: list[str], stop: list[str]) -> tuple[str, bool]:
    events, is_stopped = events_of(pieces, stop, PlainReply())
    return "".join(event.text for event in events), is_stopped


@given(st.lists(st.text("abc", max_size=4), max_size=8), st.lists(st.text("abc", max_size=3)))
def test_the_text_is_cut_before_the_first_stop_string(pieces: list[str], stop: list[str]) -> None:
    whole = "".join(pieces)
    ends = [at for s in stop if s and (at := whole.find(s)) >= 0]
    text, is_stopped = shown(pieces, stop)
    assert is_stopped == bool(ends)
    if not ends:
        assert text == whole
    else:  # a longer one that begins earlier may be overtaken by a shorter one that is complete
        assert whole.startswith(text)
        assert any(whole[len(text) :].startswith(s) for s in stop if s)


def test_what_may_be_a_stop_string_is_held_back_and_then_shown() -> None:
    events, _ = events_of(["one <", "e", "x"], ["<end>"], PlainReply())
    assert events == [Token(0, "one "), Token(1, ""), Token(2, "<ex")]


def test_without_stop_strings_nothing_is_held_back() -> None:
    events, _ = events_of(["a", "b"], [], PlainReply())
    assert events == [Token(0, "a"), Token(1, "b")]


def test_every_token_comes_once_with_its_id() -> None:
    call = ToolCall("search", "{}")
    reply = Parts([Text("a", "reasoning"), Text("b", "answer")], [], [call, Text("c", "answer")])
    events, _ = events_of(["0", "1", "2"], [], reply)
    assert events == [
        Token(0, "a", "reasoning"),
        Token(None, "b"),
        Token(1, ""),
        Token(2, ""),
        call,
        Token(None, "c"),
    ]


def test_reasoning_and_calls_are_not_stopped() -> None:
    call = ToolCall("search", '{"a": "END"}')
    reply = Parts([Text("END", "reasoning")], [Text("E", "answer")], [call], [Text("ND", "answer")])
    events, is_stopped = events_of(["0", "1", "2", "3"], ["END"], reply)
    assert not is_stopped
    assert events[1:] == [Token(1, ""), Token(2, "E"), call, Token(3, "ND")]


def test_control_tokens_are_seen_if_they_are_marks() -> None:
    marks = MarkedFormat(Marks("<think>", "</think>")).parser("", ())
    events, _ = events_of(["<think>", "Hm", "<pad>", "</think>", "Yes"], [], marks)
    said = [event for event in events if event.text]
    assert said == [Token(1, "Hm", "reasoning"), Token(4, "Yes")]


def test_nothing_comes_after_a_stop_string() -> None:
    reply = Parts([Text("a END b", "answer"), ToolCall("search", "{}"), Text("c", "answer")])
    assert events_of(["0"], ["END"], reply) == ([Token(0, "a ")], True)
