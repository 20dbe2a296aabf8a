# SPDX-License-Identifier: Apache-2.0
"""An answer that is under way, from its place in the store to its end."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

from ktdesk.chats.answer_writer import AnswerWriter, Draft
from ktdesk.chats.records import Status
from ktdesk.chats.store import ChatStore
from ktdesk.errors import ChatsError
from ktdesk.runtime.request import Done
from ktdesk.text.messages import Channel


class GrowingAnswer:
    """Grows by `add`, and into the store every second; ends once, by `end`; is stored by `store`.

    draft: what there is of it, a new value whenever it grows. begun: what there was before, if it
    goes on after a stop. keeps_errors: whether an answer that fails before its first word is
    stored, for those who have no other place to say why.
    """

    def __init__(
        self, store: ChatStore, id_: int, begun: Draft | None = None, *, keeps_errors: bool = False
    ) -> None:
        self.id = id_
        self.draft = begun or Draft("")
        self.status: Status = "streaming"
        self._messages, self._keeps_errors = store.messages, keeps_errors
        self._stats: dict[str, Any] = {}
        self._error = ""
        self._thinks_since: float | None = None
        self._thought_ms = self.draft.thinking_ms
        self._writer = AnswerWriter(store, id_)

    @property
    def store_error(self) -> ChatsError | None:
        """Why it cannot be stored while it grows."""
        return self._writer.error

    def add(self, text: str, channel: Channel) -> None:
        """Append to the answer, or to what is thought before it."""
        content, thinking = self.draft.content, self.draft.thinking
        if channel == "reasoning":
            thinking += text
            if self._thinks_since is None:
                self._thinks_since = time.monotonic()
        else:
            content += text
            self._end_thinking()
        self.draft = Draft(content, thinking, self._thinking_ms())
        self._writer.put(self.draft)

    def end(self, done: Done | None, error: str | None = None) -> None:
        """Say that nothing more comes.

        done: how it ended; error: why it could not go on; neither: it was stopped by other means.
        """
        self._writer.end()
        self._end_thinking()
        self.draft = dataclasses.replace(self.draft, thinking_ms=self._thought_ms)
        is_whole = done is not None and done.reason != "cancelled"
        self.status = "error" if error is not None else "done" if is_whole else "stopped"
        self._error = error or ""
        if done:
            self._stats = {**dataclasses.asdict(done.stats), "stop_reason": done.reason}

    def store(self) -> None:
        """Store it whole, after its end, or discard it if nothing has come.

        Raises ChatsError; then it can be tried again.
        """
        is_worth_it = self.status == "done" or (self.status == "error" and self._keeps_errors)
        if not (self.draft.content or self.draft.thinking or is_worth_it):
            self._messages.discard(self.id)
            return
        self._messages.end(
            self.id,
            self.status,
            self.draft.content,
            self.draft.thinking,
            thinking_ms=self.draft.thinking_ms,
            stats=self._stats,
            error=self._error,
        )

    def _end_thinking(self) -> None:
        self._thought_ms, self._thinks_since = self._thinking_ms(), None

    def _thinking_ms(self) -> int:
        if self._thinks_since is None:
            return self._thought_ms
        return self._thought_ms + round((time.monotonic() - self._thinks_since) * 1000)
