# SPDX-License-Identifier: Apache-2.0
"""Replies whose reasoning and calls stand between marks, as <think> and </think>."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from ktdesk.text.messages import Channel, Message, Tool, ToolCall
from ktdesk.text.reply.calls import CallFormat, MalformedCall
from ktdesk.text.reply.parts import Part, Text, WaitingReply


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands around a part of a reply."""

    begin: str
    end: str


@dataclass(frozen=True, slots=True)
class MarkedFormat:
    """A family's marks; of those that are None it has none."""

    reasoning: Marks | None = None
    answer: Marks | None = None
    calls: CallFormat | None = None

    def parser(self, prompt: str, tools: Sequence[Tool]) -> MarkedReply:
        """Return a parser of the reply to a prompt, whose last words may have begun reasoning."""
        form = self if tools else replace(self, calls=None)
        return MarkedReply(form, tools, is_reasoning=self._begins_reasoning(prompt))

    def beginning(self, prompt: str, said: Message) -> str:
        """Return what a model has written that has said this so far in reply to a prompt."""
        has_begun = self._begins_reasoning(prompt)
        if not self.reasoning or not (said.reasoning or has_begun):
            return said.content
        thought = said.reasoning if has_begun else f"{self.reasoning.begin}\n{said.reasoning}"
        if not said.content:
            return thought
        answer = f"{self.answer.begin}{said.content}" if self.answer else said.content
        return f"{thought}\n{self.reasoning.end}\n\n{answer}"

    def _begins_reasoning(self, prompt: str) -> bool:
        return self.reasoning is not None and prompt.rstrip().endswith(self.reasoning.begin)


class MarkedReply(WaitingReply):
    """Takes a reply apart at its marks. White space beside a mark belongs to it.

    Reasoning only begins a reply, and calls that it may speak about are not looked for in it.
    """

    def __init__(
        self, form: MarkedFormat, tools: Sequence[Tool], *, is_reasoning: bool = False
    ) -> None:
        super().__init__()
        self._reasoning, self._answer, self._calls = form.reasoning, form.answer, form.calls
        self._tools = tools
        self._channel: Channel = "reasoning" if is_reasoning else "answer"
        self._is_silent = True  # nothing was said in this channel yet
        self._drops_space = is_reasoning  # what comes next stands beside a mark
        self._is_wrapped = False  # the answer has a mark at its beginning, so one at its end
        self._searched = 0  # up to here there is no end of a section
        around = [m for marks in (form.reasoning, form.answer) if marks for m in _both(marks)]
        calls = form.calls
        within = (*calls.begin, calls.end, *calls.inner) if calls else ()
        self.marks = frozenset(mark for mark in (*around, *within) if mark)

    def _parts(self, *, is_last: bool) -> Iterator[Part]:
        while found := self._find():
            at, mark = found
            if self._calls and mark in self._calls.begin:
                end = self._end_of_section(at + len(mark), is_last=is_last)
                if end is None:
                    yield from self._say(self._take(len(self._waiting[:at].rstrip())))
                    return
                yield from self._section(at, mark, end)
            else:
                yield from self._turn_channel(at, mark)
        keep = 0 if is_last else self._undecided()
        yield from self._say(self._take(len(self._waiting) - keep))

    def _find(self) -> tuple[int, str] | None:
        """Return where the first mark stands, and which it is."""
        begins = self._waiting.lstrip()
        for mark in self._first_marks():
            if begins.startswith(mark):
                return len(self._waiting) - len(begins), mark
        marks = self._next_marks()
        match = _any_of(marks).search(self._waiting) if marks else None
        return (match.start(), match[0]) if match else None

    def _first_marks(self) -> tuple[str, ...]:
        """Return the marks that count only before anything else was said."""
        if not self._is_silent:
            return ()
        begin = (self._reasoning.begin,) if self._reasoning else ()
        if self._channel == "reasoning":
            return begin
        wrapper = (self._answer.begin,) if self._answer else ()
        calls = self._calls.begin if self._calls and self._calls.is_first else ()
        return (*begin, *wrapper, *calls)

    def _next_marks(self) -> tuple[str, ...]:
        """Return the marks that count anywhere in this channel."""
        calls = self._calls.begin if self._calls and not self._calls.is_first else ()
        if self._reasoning and self._channel == "reasoning":
            ends_it = self._calls is not None and self._calls.ends_reasoning
            return (self._reasoning.end, *(calls if ends_it else ()))
        wrapper = (self._answer.end,) if self._answer and self._is_wrapped else ()
        return (*wrapper, *calls)

    def _undecided(self) -> int:
        """Return how many of the last characters may belong to a mark that is still to come."""
        waiting = self._waiting
        said = waiting.strip()
        if any(mark.startswith(said) for mark in self._first_marks()):
            return len(waiting)
        if not self._next_marks():
            return 0
        longest = max(map(len, self._next_marks())) - 1
        sizes = range(min(longest, len(waiting)), 0, -1)
        ends = (n for n in sizes if any(m.startswith(waiting[-n:]) for m in self._next_marks()))
        certain = waiting[: len(waiting) - next(ends, 0)]
        return len(waiting) - len(certain.rstrip())

    def _turn_channel(self, at: int, mark: str) -> Iterator[Part]:
        """Begin or end the reasoning, or the answer."""
        yield from self._say(self._take(at).rstrip())
        self._take(len(mark))
        begins_reasoning = self._reasoning is not None and mark == self._reasoning.begin
        self._channel = "reasoning" if begins_reasoning else "answer"
        self._is_wrapped = self._answer is not None and mark == self._answer.begin
        self._is_silent = self._drops_space = True

    def _end_of_section(self, start: int, *, is_last: bool) -> int | None:
        """Return where the section of calls ends, if that is known."""
        assert self._calls
        mark = self._calls.end
        end = self._waiting.find(mark, max(start, self._searched)) if mark else -1
        if end >= 0:
            return end
        self._searched = max(0, len(self._waiting) - len(mark))
        return len(self._waiting) if is_last else None

    def _section(self, at: int, mark: str, end: int) -> Iterator[Part]:
        """Give the calls of a section; of a malformed one its beginning as text, then read on.

        That beginning ends before the last mark in it, with which a call may begin.
        """
        assert self._calls
        calls = self._parsed(self._waiting[at:end])
        if not calls:
            after = at + len(mark)
            inner = max(self._waiting.rfind(m, after, end) for m in self._calls.begin)
            before = self._waiting[: max(after, inner)].rstrip()
            yield from self._say(self._take(max(after, len(before))))
            return
        yield from self._say(self._take(at).rstrip())
        self._take(end - at + len(self._calls.end))
        self._channel = "answer"
        self._is_silent, self._drops_space = False, True
        yield from calls

    def _parsed(self, section: str) -> list[ToolCall]:
        assert self._calls
        try:
            return self._calls.parse(section, self._tools)
        except MalformedCall:
            return []

    def _take(self, size: int) -> str:
        self._searched = max(0, self._searched - size)
        return super()._take(size)

    def _say(self, text: str) -> Iterator[Part]:
        if self._drops_space:
            text = text.lstrip()
        if text:
            self._drops_space = False
            self._is_silent = self._is_silent and not text.strip()
            yield Text(text, self._channel)


def _both(marks: Marks) -> tuple[str, str]:
    return marks.begin, marks.end


@cache
def _any_of(marks: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, marks)))
