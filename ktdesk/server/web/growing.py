# SPDX-License-Identifier: Apache-2.0
"""An answer that is being written: for pages as they ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from ktdesk.chats import ChatStore
from ktdesk.chats.growing_answer import GrowingAnswer
from ktdesk.errors import KTDeskError
from ktdesk.rendering.page import PageBlocks
from ktdesk.runtime.progress import LoadProgress
from ktdesk.runtime.request import Done, Failed, Prefill, Token
from ktdesk.server.answers import AnswerStream
from ktdesk.server.job import Item

Stage = Literal["waiting", "loading", "reading", "writing"]


@dataclass(frozen=True, slots=True)
class View:
    """What a page shows of an answer. fraction: how far its stage is. html: a piece a block."""

    stage: Stage = "waiting"
    fraction: float = 0.0
    thinking: tuple[str, ...] = ()
    html: tuple[str, ...] = ()

    def since(self, old: View) -> dict[str, Any]:
        """Return what to tell a page that shows an older view."""
        told: dict[str, Any] = {"stage": self.stage, "fraction": self.fraction}
        for name in ("thinking", "html"):
            before, now = getattr(old, name), getattr(self, name)
            same = _common(before, now)
            told[name] = {"from": same, "pieces": now[same:]}
        return told


def _common(before: tuple[str, ...], now: tuple[str, ...]) -> int:
    """Return how many pieces at the beginning are the same."""
    pairs = enumerate(zip(before, now, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(before), len(now)))


class Growing:
    """One answer. `add` and `stop` are called by the event loop, all else by the store's thread."""

    def __init__(self, store: ChatStore, chat_id: int, message_id: int) -> None:
        self.chat_id, self.id = chat_id, message_id
        self._answer = GrowingAnswer(store, message_id, keeps_errors=True)
        self._stream: AnswerStream | None = None
        self._is_stopped = False
        self._stage: Stage = "waiting"
        self._fraction = 0.0
        self._done: Done | None = None
        self.error: KTDeskError | None = None
        self._text, self._thinking = _Rendered(), _Rendered()

    def follow(self, stream: AnswerStream) -> None:
        """Say where it comes from."""
        self._stream = stream
        if self._is_stopped:
            stream.close()

    def stop(self) -> None:
        """Write nothing more; what there is stays."""
        self._is_stopped = True
        if self._stream:
            self._stream.close()

    def add(self, item: Item) -> None:
        """Take what came next."""
        match item:
            case LoadProgress(_, fraction):
                self._stage, self._fraction = "loading", fraction
            case Prefill(done, total):
                self._stage, self._fraction = "reading", done / max(1, total)
            case Token(_, text, channel) if text:
                self._stage = "writing"
                self._answer.add(text, channel)
            case Done():
                self._done = item
            case Failed(error):
                self.error = error
            case _:
                pass

    def view(self) -> View:
        """Return what to show."""
        draft = self._answer.draft
        text, thinking = self._text.html(draft.content), self._thinking.html(draft.thinking)
        return View(self._stage, self._fraction, thinking, text)

    def end(self) -> None:
        """Say that nothing more comes."""
        error = self.error
        self._answer.end(self._done, f"{error} {error.hint}".strip() if error else None)

    def store(self) -> None:
        """Store it after its end, or discard it if nothing has come. Raises ChatsError."""
        self._answer.store()


class _Rendered:
    """A text that grows, in pieces of HTML."""

    def __init__(self) -> None:
        self._blocks, self._pushed = PageBlocks(), 0

    def html(self, text: str) -> tuple[str, ...]:
        """Return the pieces. text: begins with what it was before."""
        self._blocks.push(text[self._pushed :])
        self._pushed = len(text)
        return tuple(self._blocks.html())
