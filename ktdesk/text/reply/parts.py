# SPDX-License-Identifier: Apache-2.0
"""What replies consist of, and what takes them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ktdesk.text.messages import Channel, Tool, ToolCall


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


class PlainReply:
    """A reply that is all answer."""

    marks: frozenset[str] = frozenset()

    def push(self, text: str) -> list[Part]:
        """Return the text."""
        return [Text(text, "answer")] if text else []

    def finish(self) -> list[Part]:
        """Return nothing: all was shown."""
        return []
