# SPDX-License-Identifier: Apache-2.0
"""A reply that goes on after what was written of it before."""

from __future__ import annotations

from ktdesk.text.messages import Message
from ktdesk.text.reply.parts import Part, ReplyParser, Text


class BegunReply:
    """Takes the rest of a reply apart: what the parser holds back of its beginning is left out.

    written: the beginning as the model has it before it; said: the same as a message.
    """

    def __init__(self, parser: ReplyParser, written: str, said: Message) -> None:
        self._parser = parser
        self._channel = "answer" if said.content else "reasoning"
        known = said.content or said.reasoning
        certain = "".join(
            part.text
            for part in parser.push(written)
            if isinstance(part, Text) and part.channel == self._channel
        )
        self._held = max(0, len(known.lstrip()) - len(certain.lstrip()))

    @property
    def marks(self) -> frozenset[str]:
        """Control tokens that it must see as text."""
        return self._parser.marks

    def push(self, text: str) -> list[Part]:
        """Return what is certain and new after these characters."""
        return self._new(self._parser.push(text))

    def finish(self) -> list[Part]:
        """Return the rest, when no more text comes."""
        return self._new(self._parser.finish())

    def _new(self, parts: list[Part]) -> list[Part]:
        new: list[Part] = []
        for part in parts:
            if self._held and isinstance(part, Text) and part.channel == self._channel:
                cut = min(self._held, len(part.text))
                self._held -= cut
                if cut < len(part.text):
                    new.append(Text(part.text[cut:], part.channel))
            else:
                new.append(part)
        return new
