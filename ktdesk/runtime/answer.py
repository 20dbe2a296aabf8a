# SPDX-License-Identifier: Apache-2.0
"""The text of an answer as it grows: whole characters only, ending before a stop string."""

from __future__ import annotations

from collections.abc import Sequence

from ktdesk.text.tokenizer import TextStream


class AnswerText:
    """Turns tokens into text to show. Holds back what may be the beginning of a stop string."""

    def __init__(self, stream: TextStream, stop: Sequence[str]) -> None:
        self._stream = stream
        self._stop = [s for s in stop if s]
        self._held = ""
        self.is_stopped = False

    def push(self, token: int) -> str:
        """Return the text that can be shown after this token; may be empty."""
        return self._release(self._stream.push(token))

    def flush(self) -> str:
        """Return the rest, when no more tokens come."""
        text = self._release(self._stream.flush())
        if not self.is_stopped:
            text, self._held = text + self._held, ""
        return text

    def _release(self, text: str) -> str:
        if self.is_stopped:
            return ""
        self._held += text
        ends = [at for s in self._stop if (at := self._held.find(s)) >= 0]
        if ends:
            self.is_stopped = True
            return self._held[: min(ends)]
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
