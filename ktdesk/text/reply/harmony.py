# SPDX-License-Identifier: Apache-2.0
"""Harmony, the format of gpt-oss.

A reply is a row of messages, each with a header that names its channel and, of a call, the
recipient:

    <|channel|>analysis<|message|>...<|end|><|start|>assistant<|channel|>final<|message|>...
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ktdesk.text.messages import Channel, Message, Tool, ToolCall
from ktdesk.text.reply.calls import MalformedCall, call_from
from ktdesk.text.reply.parts import Part, Text, WaitingReply

_START, _MESSAGE = "<|start|>", "<|message|>"
_ENDS = ("<|end|>", "<|call|>", "<|return|>", _START)  # the last one begins the next header
_HEADER_BEGINS = (_START, _MESSAGE, "<|channel|>", "<|constrain|>", "to=")
_LONGEST_HEADER = 400  # characters; what is longer is a text
_CHANNEL = re.compile(r"<\|channel\|>\s*(\w+)")
_RECIPIENT = re.compile(r"\bto=([^\s<]+)")
_NAMESPACE = "functions."


class HarmonyFormat:
    """The format of gpt-oss."""

    def parser(self, prompt: str, tools: Sequence[Tool]) -> HarmonyReply:
        """Return a parser of a reply, which begins within a header."""
        del prompt
        return HarmonyReply(tools)

    def beginning(self, prompt: str, said: Message) -> str:
        """Return what a model has written that has said this so far in reply to a prompt."""
        del prompt
        thought = f"<|channel|>analysis{_MESSAGE}{said.reasoning}" if said.reasoning else ""
        if not said.content:
            return thought
        between = f"<|end|>{_START}assistant" if thought else ""
        return f"{thought}{between}<|channel|>final{_MESSAGE}{said.content}"


class HarmonyReply(WaitingReply):
    """Takes a reply apart into messages: analysis is reasoning, what a tool receives is a call."""

    marks = frozenset({*_ENDS, *_HEADER_BEGINS} - {"to="})

    def __init__(self, tools: Sequence[Tool]) -> None:
        super().__init__()
        self._names = {tool.name for tool in tools}
        self._header: str | None = None  # of the message whose text comes now

    def _parts(self, *, is_last: bool) -> Iterator[Part]:
        while self._waiting or (is_last and self._header):
            if self._header is None:
                if not self._read_header(is_last=is_last):
                    return
                yield from self._stray_start()
            ends = [at for mark in _ENDS if (at := self._waiting.find(mark)) >= 0]
            if not ends and not is_last:
                yield from self._growing()
                return
            yield from self._message(self._take(min(ends, default=len(self._waiting))))
            self._leave()

    def _read_header(self, *, is_last: bool) -> bool:
        """Take the header; return whether it is known. What is none stands before an answer."""
        waiting = self._waiting
        begins = waiting.lstrip()
        at = waiting.find(_MESSAGE)
        may_be = any(mark.startswith(begins) or begins.startswith(mark) for mark in _HEADER_BEGINS)
        if not may_be or at > _LONGEST_HEADER:
            self._header = ""
        elif at >= 0:
            self._header = self._take(at + len(_MESSAGE))
        elif is_last or len(waiting) > _LONGEST_HEADER + len(_MESSAGE):
            self._header = ""
        return self._header is not None

    def _stray_start(self) -> Iterator[Part]:
        """Give a mark that begins no header as text: where it stands it would end the text."""
        space, mark, _ = self._waiting.partition(_START)
        if not self._header and mark and not space.strip():
            yield Text(self._take(len(space + mark)), "answer")

    def _leave(self) -> None:
        """Leave the message and its end behind."""
        self._header = None
        ends = [m for m in _ENDS if m != _START and self._waiting.startswith(m)]
        self._take(len("".join(ends)))

    def _growing(self) -> Iterator[Part]:
        """Give what is certain of a text; a call is given when it is whole."""
        if self._function() is None:
            sizes = range(min(max(map(len, _ENDS)) - 1, len(self._waiting)), 0, -1)
            ends = (n for n in sizes if any(m.startswith(self._waiting[-n:]) for m in _ENDS))
            text = self._take(len(self._waiting) - next(ends, 0))
            if text:
                yield Text(text, self._channel())

    def _message(self, text: str) -> Iterator[Part]:
        """Give the rest of a message, or a call; of a malformed one header and text."""
        function = self._function()
        if function is None:
            if text:
                yield Text(text, self._channel())
            return
        call = _call(function, text)
        yield call or Text((self._header or "") + text, "answer")

    def _channel(self) -> Channel:
        channels = _CHANNEL.findall(self._header or "")
        return "reasoning" if channels[-1:] == ["analysis"] else "answer"

    def _function(self) -> str | None:
        """Return the function that a message is for, if it is for one."""
        recipients: list[str] = _RECIPIENT.findall(self._header or "")
        name = recipients[-1] if recipients and self._names else ""
        is_function = name.startswith(_NAMESPACE) or name in self._names
        return name.removeprefix(_NAMESPACE) if is_function else None


def _call(function: str, arguments: str) -> ToolCall | None:
    try:
        return call_from(function, arguments.strip() or None)
    except MalformedCall:
        return None
