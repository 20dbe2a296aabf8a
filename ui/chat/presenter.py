# SPDX-License-Identifier: Apache-2.0
"""What the conversation does: ask, grow the answer, stop, try again. No widgets."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QObject, Signal

from ktdesk import Done, Failed, Options, Prefill, Request, Stats, Token
from ui.bridge import BridgeEvent, EngineBridge
from ui.chat.messages import ChatMessage, MessageList, MessageState
from ui.chat.model_presenter import ModelPresenter
from ui.settings_store import SettingsStore


class ChatPresenter(QObject):
    """One conversation with the model that is loaded.

    changed: whether an answer is under way, or how full the context is. prefill: tokens of the
    prompt that were read, and all. failed: a KTDeskError; the question stays, for `retry`.
    """

    changed = Signal()
    prefill = Signal(int, int)
    failed = Signal(object)

    def __init__(
        self, bridge: EngineBridge, store: SettingsStore, model: ModelPresenter, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._bridge, self._store, self._model = bridge, store, model
        self.messages = MessageList(self)
        self.is_answering = False
        self.context_used = 0
        bridge.events.connect(self._on_events)
        model.changed.connect(self._on_model)

    @property
    def can_ask(self) -> bool:
        """Whether a question would be answered now."""
        return self._model.is_ready and not self.is_answering

    @property
    def can_retry(self) -> bool:
        """Whether the last question has no answer."""
        is_open = bool(self.messages) and self.messages[-1].state is MessageState.UNANSWERED
        return self.can_ask and is_open

    def ask(self, text: str) -> bool:
        """Ask the model; return False, and do nothing, if it cannot be asked now."""
        if not self.can_ask or not text.strip():
            return False
        self.messages.append(ChatMessage("user", text.strip()))
        self._request()
        return True

    def retry(self) -> None:
        """Ask the last question again."""
        if self.can_retry:
            self.messages.change_last(state=MessageState.WHOLE)
            self._request()

    def take_back(self) -> str:
        """Remove the last question, which has no answer; return its text, to be changed."""
        return self.messages.remove_last().text if self.can_retry else ""

    def stop(self) -> None:
        """Stop the answer; what there is of it stays."""
        if self.is_answering:
            self._bridge.cancel()

    def new_chat(self) -> None:
        """Forget the conversation."""
        self.stop()
        self.is_answering = False
        self.messages.clear()
        self.context_used = 0
        self.changed.emit()

    def _request(self) -> None:
        options = Options(**dataclasses.asdict(self._store.settings.sampling))
        request = Request(messages=self.messages.conversation(), options=options)
        self.messages.append(ChatMessage("assistant", "", MessageState.GROWING))
        self.is_answering = True
        self.changed.emit()
        self._bridge.generate(request)

    def _on_events(self, events: list[BridgeEvent]) -> None:
        if not self.is_answering:  # of an answer that was forgotten
            return
        for event in events:
            match event:
                case Prefill(done, total):
                    self.prefill.emit(done, total)
                case Token(_, text, "answer") if text:
                    self.messages.grow(text)
                case Token(_, text, "reasoning") if text:
                    self.messages.grow_reasoning(text)
                case Done(reason, stats):
                    is_cut = reason in ("length", "context")
                    self._end(stats, is_stopped=reason == "cancelled", is_cut=is_cut)
                case Failed(error):
                    self._end(None, is_stopped=True)
                    self.failed.emit(error)
                case _:
                    pass

    def _end(self, stats: Stats | None, *, is_stopped: bool, is_cut: bool = False) -> None:
        self.is_answering = False
        if is_stopped and not self.messages[-1].text:
            self.messages.remove_last()
            self.messages.change_last(state=MessageState.UNANSWERED)
        else:
            state = MessageState.STOPPED if is_stopped else MessageState.WHOLE
            self.messages.change_last(state=state, stats=stats, is_cut=is_cut)
        if stats and stats.context_tokens:
            self.context_used = stats.context_used
        self.changed.emit()

    def _on_model(self) -> None:
        if self.is_answering and not self._model.is_ready:  # it was replaced
            self._end(None, is_stopped=True)
        else:
            self.changed.emit()
