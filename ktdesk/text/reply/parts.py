# SPDX-License-Identifier: Apache-2.0
"""What replies consist of, and what takes them apart."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ktdesk.text.messages import Channel, Message, Tool, ToolCall


@dataclass(frozen=True, slots=True)
class Text:
    """Some text of one channel."""

    text: str
    channel: Channel


Part = Text | ToolCall


class ReplyParser(Protocol):
    """Takes one reply apart. Where its text is cut into pieces makes no difference.

    Nothing that it gets is lost but the marks: what looks like a call and is none comes back as
    text.
    """

    @property
    def marks(self) -> frozenset[str]:
        """Control tokens that it must see as text."""
        ...

    def push(self, text: str) -> list[Part]:
        """Return what is certain after these characters."""
        ...

    def finish(self) -> list[Part]:
        """Return the rest, when no more text comes."""
        ...


class ReplyFormat(Protocol):
    """How a family of models writes."""

    def parser(self, prompt: str, tools: Sequence[Tool]) -> ReplyParser:
        """Return a parser of the reply to a prompt. Calls are looked for if there are tools."""
        ...

    def beginning(self, prompt: str, said: Message) -> str:
        """Return what a model has written that has said this so far in reply to a prompt."""
        ...


class WaitingReply(ABC):
    """What parsers share that hold back text until it is certain what it is."""

    def __init__(self) -> None:
        self._waiting = ""

    def push(self, text: str) -> list[Part]:
        """Return what is certain after these characters."""
        self._waiting += text
        return list(self._parts(is_last=False))

    def finish(self) -> list[Part]:
        """Return the rest, when no more text comes."""
        return list(self._parts(is_last=True))

    @abstractmethod
    def _parts(self, *, is_last: bool) -> Iterator[Part]:
        """Yield what is certain of the waiting text, and take it off; all of it, if it is last."""

    def _take(self, size: int) -> str:
        taken, self._waiting = self._waiting[:size], self._waiting[size:]
        return taken


class PlainReply:
    """A reply that is all answer."""

    marks: frozenset[str] = frozenset()

    def push(self, text: str) -> list[Part]:
        """Return the text."""
        return [Text(text, "answer")] if text else []

    def finish(self) -> list[Part]:
        """Return nothing: all was shown."""
        return []
