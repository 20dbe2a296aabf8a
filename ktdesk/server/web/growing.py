# SPDX-License-Identifier: Apache-2.0
"""An answer that is being written: into the store every second, and for pages as they ask."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from typing import Any, Literal

from ktdesk.chats import ChatStore
from ktdesk.chats.answer_writer import AnswerWriter, Draft
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
        self._store, self._writer = store, AnswerWriter(store, message_id)
        self._stream: AnswerStream | None = None
        self._is_stopped = False
        self._text = self._thinking = ""
        self._thinks_since: float | None = None
        self._thought_ms = 0
        self._stage: Stage = "waiting"
        self._fraction = 0.0
        self._done: Done | None = None
        self.error: KTDeskError | None = None
        self._shown = {"text": PageBlocks(), "thinking": PageBlocks()}
        self._pushed = {"text": 0, "thinking": 0}

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
                self._append(text, is_thought=channel == "reasoning")
            case Done():
                self._done = item
            case Failed(error):
                self.error = error
            case _:
                pass

    def view(self) -> View:
        """Return what to show."""
        pieces = {
            name: tuple(self._pieces(name, text))
            for name, text in (("text", self._text), ("thinking", self._thinking))
        }
        return View(self._stage, self._fraction, pieces["thinking"], pieces["text"])

    def store(self) -> None:
        """Store it after its end, or discard it if nothing has come. Raises ChatsError."""
        self._writer.end()
        messages, done = self._store.messages, self._done
        is_whole = done is not None and done.reason != "cancelled"
        if not (self._text or self._thinking or is_whole or self.error):
            messages.discard(self.id)
            return
        messages.end(
            self.id,
            "error" if self.error else "done" if is_whole else "stopped",
            self._text,
            self._thinking,
            thinking_ms=self._thinking_ms(),
            stats=_stats(done) if done else {},
            error=f"{self.error} {self.error.hint}".strip() if self.error else "",
        )

    def _append(self, text: str, *, is_thought: bool) -> None:
        if is_thought:
            self._thinks_since = self._thinks_since or time.monotonic()
            self._thinking += text
        else:
            self._thought_ms, self._thinks_since = self._thinking_ms(), None
            self._text += text
        self._writer.put(Draft(self._text, self._thinking, self._thinking_ms()))

    def _thinking_ms(self) -> int:
        if self._thinks_since is None:
            return self._thought_ms
        return self._thought_ms + round((time.monotonic() - self._thinks_since) * 1000)

    def _pieces(self, name: str, text: str) -> list[str]:
        blocks = self._shown[name]
        blocks.push(text[self._pushed[name] :])
        self._pushed[name] = len(text)
        return blocks.html()


def _stats(done: Done) -> dict[str, Any]:
    return {**dataclasses.asdict(done.stats), "stop_reason": done.reason}
