# SPDX-License-Identifier: Apache-2.0
"""The text of an answer ends before a stop string, wherever the tokens cut it."""

from __future__ import annotations

from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from ktdesk.runtime.answer import AnswerText
from ktdesk.text.tokenizer import TextStream


class Pieces:
    """A stream whose token n has the n-th text."""

    def __init__(self, *texts: str) -> None:
        self._texts = texts

    def push(self, token: int) -> str:
        return self._texts[token]

    def flush(self) -> str:
        return ""


def shown(pieces: list[str], stop: list[str]) -> tuple[str, bool]:
    answer = AnswerText(cast("TextStream", Pieces(*pieces)), stop)
    text = "".join(answer.push(i) for i in range(len(pieces)))
    return text + answer.flush(), answer.is_stopped


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
    answer = AnswerText(cast("TextStream", Pieces("one <", "e", "x")), ["<end>"])
    assert [answer.push(0), answer.push(1), answer.push(2)] == ["one ", "", "<ex"]


def test_without_stop_strings_nothing_is_held_back() -> None:
    answer = AnswerText(cast("TextStream", Pieces("a", "b")), [])
    assert [answer.push(0), answer.push(1), answer.flush()] == ["a", "b", ""]
