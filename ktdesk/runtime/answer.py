# SPDX-License-Identifier: Apache-2.0
"""A reply as it grows: whole characters only, taken apart, ending before a stop string."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ktdesk.runtime.request import Chances, Token
from ktdesk.text.messages import ToolCall
from ktdesk.text.reply.parts import Part, ReplyParser, Text
from ktdesk.text.tokenizer import TextStream, Tokenizer


class AnswerText:
    """Turns tokens into events. Holds back what may be the beginning of a stop string.

    stopped_by: the stop string that has ended the answer, if one has.
    """

    def __init__(
        self, tokenizer: Tokenizer, stream: TextStream, reply: ReplyParser, stop: Sequence[str]
    ) -> None:
        self._tokenizer, self._stream, self._reply = tokenizer, stream, reply
        self._stop = [s for s in stop if s]
        self._held = ""  # of the answer itself
        self.stopped_by = ""

    @property
    def is_stopped(self) -> bool:
        """Whether a stop string has ended the answer."""
        return bool(self.stopped_by)

    def push(self, token: int, chances: Chances | None = None) -> Iterator[Token | ToolCall]:
        """Yield what can be shown after this token: first a Token with its id."""
        parts = list(self._release(self._reply.push(self._text_of(token))))
        if parts and isinstance(first := parts[0], Text):
            yield Token(token, first.text, first.channel, chances)
            yield from _events(parts[1:])
        else:
            yield Token(token, "", chances=chances)
            yield from _events(parts)

    def flush(self) -> Iterator[Token | ToolCall]:
        """Yield the rest, when no more tokens come."""
        last = [*self._reply.push(self._stream.flush()), *self._reply.finish()]
        yield from _events(self._release(last))
        if self._held and not self.is_stopped:
            yield Token(None, self._held)
            self._held = ""

    def _text_of(self, token: int) -> str:
        """Return the text of a token; of a control token, if it is a mark of the reply."""
        text = self._tokenizer.token_text(token)
        if text in self._reply.marks and not self._tokenizer.token_bytes(token):
            return self._stream.flush() + text
        return self._stream.push(token)

    def _release(self, parts: Iterable[Part]) -> Iterator[Part]:
        """Yield the parts, the answer only until it is stopped."""
        for part in parts:
            if self.is_stopped:
                return
            if isinstance(part, Text) and part.channel == "answer":
                if text := self._until_stop(part.text):
                    yield Text(text, "answer")
                continue
            if self._held:
                yield Text(self._held, "answer")
                self._held = ""
            yield part

    def _until_stop(self, text: str) -> str:
        self._held += text
        ends = [(at, s) for s in self._stop if (at := self._held.find(s)) >= 0]
        if ends:
            end, self.stopped_by = min(ends)
            return self._held[:end]
        keep = self._possible_beginning()
        cut = len(self._held) - keep
        shown, self._held = self._held[:cut], self._held[cut:]
        return shown

    def _possible_beginning(self) -> int:
        """Return how many of the last characters may begin a stop string."""
        longest = max((len(s) for s in self._stop), default=1) - 1
        for size in range(min(longest, len(self._held)), 0, -1):
            if any(s.startswith(self._held[-size:]) for s in self._stop):
                return size
        return 0


def _events(parts: Iterable[Part]) -> Iterator[Token | ToolCall]:
    for part in parts:
        yield Token(None, part.text, part.channel) if isinstance(part, Text) else part
