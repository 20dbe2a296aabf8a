# SPDX-License-Identifier: Apache-2.0
"""Stores an answer every second while it grows, on a thread that nobody waits for."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from ktdesk.chats.store import ChatStore
from ktdesk.errors import ChatsError

EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Draft:
    """What there is of an answer."""

    content: str
    thinking: str = ""
    thinking_ms: int = 0


class AnswerWriter:
    """Keeps the newest state of one answer in a store until `end`.

    error: why the last attempt to store failed; None again as soon as one succeeds.
    """

    def __init__(self, store: ChatStore, message_id: int, every_s: float = EVERY_S) -> None:
        self._store, self._id, self._every_s = store, message_id, every_s
        self._newest: Draft | None = None
        self._ended = threading.Event()
        self.error: ChatsError | None = None
        self._thread = threading.Thread(target=self._run, name="answer writer", daemon=True)
        self._thread.start()

    def put(self, draft: Draft) -> None:
        """Say what there is now; it is stored within a second."""
        self._newest = draft

    def end(self) -> None:
        """Store nothing more. What was put last may not be stored: `Answers.end` does it."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        stored: Draft | None = None
        while not self._ended.wait(self._every_s):
            draft = self._newest
            if draft is not None and draft is not stored and self._write(draft):
                stored = draft

    def _write(self, draft: Draft) -> bool:
        grow = self._store.messages.grow
        try:
            grow(self._id, draft.content, draft.thinking, draft.thinking_ms)
        except ChatsError as error:
            self.error = error
            return False
        self.error = None
        return True
