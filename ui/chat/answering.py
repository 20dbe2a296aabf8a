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

_STATUSES: dict[MessageState, Status] = {
    MessageState.WHOLE: "done",
    MessageState.STOPPED: "stopped",
    MessageState.FAILED: "error",
}


class Answering:
    """One answer from its place in the store to its end. `message` is what to show of it.

    begun: what there was before, if it goes on after a stop.
    """

    def __init__(self, store: ChatStore, chat_id: int, message: ChatMessage) -> None:
        self._store, self.chat_id = store, chat_id
        self.message = replace(message, state=MessageState.GROWING, stats=None, error="")
        self._done: Done | None = None
        self._error: KTDeskError | None = None
        self._is_told = False  # that it cannot be stored
        self._thinks_since: float | None = None
        self._thought_ms = message.thinking_ms
        self._writer = AnswerWriter(store, message.id)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has come yet."""
        return not (self.message.text or self.message.reasoning)

    def new_store_error(self) -> ChatsError | None:
        """Return why it cannot be stored while it grows, the first time that this is so."""
        error = None if self._is_told else self._writer.error
        self._is_told = self._is_told or error is not None
        return error

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
        """Say that nothing more comes.

        done: how it ended; error: why it could not go on; neither: another model was loaded.
        """
        self._writer.end()
        self._done, self._error = done, error
        self._thought_ms, self._thinks_since = self._thinking_ms(), None
        is_whole = done is not None and done.reason != "cancelled"
        state = MessageState.WHOLE if is_whole else MessageState.STOPPED
        self.message = replace(
            self.message,
            state=MessageState.FAILED if error else state,
            stats=done.stats if done else None,
            thinking_ms=self._thought_ms,
        )

    def store(self) -> bool:
        """Store it whole, after its end, or not at all if nothing has come; return True.

        Raises ChatsError; then it can be tried again.
        """
        message, done = self.message, self._done
        if self.is_empty and message.state is not MessageState.WHOLE:
            self._store.messages.discard(message.id)
            return True
        self._store.messages.end(
            message.id,
            _STATUSES[message.state],
            message.text,
            message.reasoning,
            thinking_ms=message.thinking_ms,
            stats=_stats_json(done) if done else {},
            error=str(self._error) if self._error else "",
        )
        return True

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
