# SPDX-License-Identifier: Apache-2.0
"""The answer that is under way, as the window shows it."""

from __future__ import annotations

from dataclasses import replace

from ktdesk import Done, KTDeskError
from ktdesk.chats import ChatStore, Status
from ktdesk.chats.answer_writer import Draft
from ktdesk.chats.growing_answer import GrowingAnswer
from ktdesk.errors import ChatsError
from ktdesk.text.messages import Channel
from ui.chat.messages import ChatMessage, MessageState

_STATES: dict[Status, MessageState] = {
    "done": MessageState.WHOLE,
    "stopped": MessageState.STOPPED,
    "error": MessageState.FAILED,
}


class Answering:
    """One answer from its place in the store to its end. `message` is what to show of it.

    message: at first, what there was before, if it goes on after a stop.
    """

    def __init__(self, store: ChatStore, chat_id: int, message: ChatMessage) -> None:
        self.chat_id = chat_id
        self.message = replace(message, state=MessageState.GROWING, stats=None, error="")
        self._is_told = False  # that it cannot be stored
        begun = Draft(message.text, message.reasoning, message.thinking_ms)
        self._answer = GrowingAnswer(store, message.id, begun)

    def new_store_error(self) -> ChatsError | None:
        """Return why it cannot be stored while it grows, the first time that this is so."""
        error = None if self._is_told else self._answer.store_error
        self._is_told = self._is_told or error is not None
        return error

    def add(self, text: str, channel: Channel) -> None:
        """Append to the answer, or to what is thought before it."""
        self._answer.add(text, channel)
        draft = self._answer.draft
        self.message = replace(
            self.message,
            text=draft.content,
            reasoning=draft.thinking,
            thinking_ms=draft.thinking_ms,
        )

    def end(self, done: Done | None, error: KTDeskError | None) -> None:
        """Say that nothing more comes.

        done: how it ended; error: why it could not go on; neither: another model was loaded.
        """
        self._answer.end(done, str(error) if error else None)
        self.message = replace(
            self.message,
            state=_STATES[self._answer.status],
            stats=done.stats if done else None,
            thinking_ms=self._answer.draft.thinking_ms,
        )

    def store(self) -> bool:
        """Store it whole, after its end, or not at all if nothing has come; return True.

        Raises ChatsError; then it can be tried again.
        """
        self._answer.store()
        return True
