# SPDX-License-Identifier: Apache-2.0
"""The answer that is under way: it grows on the screen, and into the store every second."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import replace
from typing import Any

from ktdesk import Done, KTDeskError, Stats
from ktdesk.chats import ChatStore, Status
from ktdesk.chats.answer_writer import AnswerWriter, Draft
from ktdesk.errors import ChatsError
from ui.chat.messages import ChatMessage, MessageState


class Answering:
    """One answer from its place in the store to its end. `message` is what to show of it.

    begun: what there was before, if it goes on after a stop.
    """

    def __init__(self, store: ChatStore, chat_id: int, message: ChatMessage) -> None:
        self._store, self.chat_id = store, chat_id
        self.message = replace(message, state=MessageState.GROWING, stats=None, error="")
        self._thinks_since: float | None = None
        self._thought_ms = message.thinking_ms
        self._writer = AnswerWriter(store, message.id)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has come yet."""
        return not (self.message.text or self.message.reasoning)

    @property
    def store_error(self) -> ChatsError | None:
        """Why it cannot be stored at the moment, if so."""
        return self._writer.error

    def add(self, text: str) -> None:
        """Append to the answer."""
        if self._thinks_since is not None:
            self._thought_ms, self._thinks_since = self._thinking_ms(), None
        self._change(text=self.message.text + text)

    def add_reasoning(self, text: str) -> None:
        """Append to what is thought before the answer."""
        if self._thinks_since is None:
            self._thinks_since = time.monotonic()
        self._change(reasoning=self.message.reasoning + text)

    def end(self, done: Done | None, error: KTDeskError | None) -> None:
        """Store it whole, or not at all if nothing has come. Raises ChatsError.

        done: how it ended; error: why it could not go on; neither: another model was loaded.
        """
        self._writer.end()
        if self.is_empty and (done is None or done.reason == "cancelled"):
            self._store.messages.discard(self.message.id)
            return
        status: Status = "done" if done and done.reason != "cancelled" else "stopped"
        self._store.messages.end(
            self.message.id,
            "error" if error else status,
            self.message.text,
            self.message.reasoning,
            thinking_ms=self._thinking_ms(),
            stats=_stats_json(done) if done else {},
            error=str(error) if error else "",
        )

    def _change(self, **changes: Any) -> None:
        self.message = replace(self.message, **changes, thinking_ms=self._thinking_ms())
        now = self.message
        self._writer.put(Draft(now.text, now.reasoning, now.thinking_ms))

    def _thinking_ms(self) -> int:
        if self._thinks_since is None:
            return self._thought_ms
        return self._thought_ms + round((time.monotonic() - self._thinks_since) * 1000)


def _stats_json(done: Done) -> dict[str, Any]:
    stats: Stats = done.stats
    return {**dataclasses.asdict(stats), "stop_reason": done.reason}
