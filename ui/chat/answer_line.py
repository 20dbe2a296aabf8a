# SPDX-License-Identifier: Apache-2.0
"""The line of questions before the engine: who is answered, who waits, and for which model.

It belongs to no page: an answer goes on whichever chats are shown. No widgets.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from ktdesk import Done, Failed, KTDeskError, Message, Options, Prefill, Request, Token
from ktdesk.chats.choices import ChatChoices
from ktdesk.chats.line import Line, Step
from ktdesk.errors import RequestError
from ui.bridge import BridgeEvent, EngineBridge
from ui.chat.answering import Answering
from ui.chat.messages import ChatMessage, MessageState
from ui.chat.model_presenter import ModelPresenter, ModelState
from ui.chat.snapshot import snapshot
from ui.kept_chats import KeptChats
from ui.settings_store import SettingsStore


@dataclass(eq=False)
class Ticket:
    """An answer that shall be written: its place is stored.

    said: what the model reads. begun: what there is of the answer, if it goes on.
    """

    chat_id: int
    message: ChatMessage
    said: tuple[Message, ...]
    begun: Message | None
    choices: ChatChoices
    has_waited: bool = False
    request_id: str = ""
    answer: Answering | None = None


class AnswerLine(QObject):
    """Has the engine answer one question after another, and loads the models that chats want.

    A chat has one ticket at most; all that is asked is of chats by their ids. As many are answered
    at once as the loaded model can (`ModelInfo.parallel`).
    changed: who waits, or is answered. grown: a chat's answer has. prefill: a chat, the tokens of
    its prompt that were read, and all. ended: a chat's answer has. failed: it has, with an error.
    """

    changed = Signal()
    grown = Signal(int)
    prefill = Signal(int, int, int)
    ended = Signal(int)
    failed = Signal(int, object)

    def __init__(
        self,
        bridge: EngineBridge,
        settings: SettingsStore,
        model: ModelPresenter,
        kept: KeptChats,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._settings, self._model, self._kept = bridge, settings, model, kept
        self._store = kept.store
        self._line = Line[Ticket](self._model_of)
        self._loading: Ticket | None = None  # whose model is
        self._unstored: dict[int, Answering] = {}  # answers that ended and could not be kept
        bridge.answered.connect(self._on_events)
        model.changed.connect(self._on_model)
        kept.changed.connect(self._leave_deleted)

    @property
    def tickets(self) -> list[Ticket]:
        """All of the line, in its order; those that are answered come first."""
        return [*self._line.running, *self._line.waiting]

    @property
    def waiting(self) -> list[Ticket]:
        """Those that are not answered yet."""
        return list(self._line.waiting)

    @property
    def is_loading(self) -> bool:
        """Whether the model that is being loaded is for the first who waits."""
        return self._loading is not None

    def of(self, chat_id: int | None) -> Ticket | None:
        """Return the ticket of a chat."""
        return next((ticket for ticket in self.tickets if ticket.chat_id == chat_id), None)

    def place_of(self, ticket: Ticket) -> int:
        """Return how many places a ticket is from being answered; 0 if it is."""
        return self._line.place_of(ticket)

    def model_to_load(self, ticket: Ticket) -> Path | None:
        """Return the model that will be loaded when a ticket's turn comes, if any."""
        tickets = self.tickets
        at = tickets.index(ticket)
        before = self._model_of(tickets[at - 1]) if at else self._loaded
        wanted = self._model_of(ticket)
        return None if wanted == before else wanted

    def takes(self, choices: ChatChoices) -> bool:
        """Return whether a question could be answered, at once or in its turn."""
        is_free = not (self._model.is_busy or self._model.is_away)
        is_own = choices.model is not None and is_free
        return self._model.is_ready or self.is_loading or is_own

    def message_of(self, chat_id: int | None) -> ChatMessage | None:
        """Return what the store does not have yet of a chat's answer."""
        if ticket := self.of(chat_id):
            return ticket.answer.message if ticket.answer else ticket.message
        answer = self._unstored.get(chat_id or 0)
        return answer.message if answer else None

    def join(self, ticket: Ticket) -> None:
        """Answer a question when its turn comes."""
        ticket.message = dataclasses.replace(ticket.message, state=MessageState.WAITING)
        self._line.join(ticket)
        self._advance()
        ticket.has_waited = ticket.answer is None
        self._tell(ticket.chat_id)

    def move(self, chat_id: int, by: int) -> None:
        """Let one who waits change places, with the one before (-1) or behind (1)."""
        ticket = self.of(chat_id)
        if ticket in self._line.waiting:
            self._line.move(ticket, by)
            self._advance()
            self.changed.emit()

    def stop(self, chat_id: int | None) -> None:
        """Stop an answer, of which stays what there is, or take its question out of the line."""
        ticket = self.of(chat_id)
        if ticket is self._loading and ticket is not None:
            self._model.cancel()  # which ends it
        elif ticket and ticket.answer:
            self._bridge.cancel(ticket.request_id)
        elif ticket:
            self._leave(ticket)
            self._advance()

    def store_ended(self, chat_id: int | None) -> bool:
        """Store a chat's last answer if it could not be; return False if it still cannot."""
        answer = self._unstored.get(chat_id or 0)
        if answer is None:
            return True
        if not self._kept.attempt(answer.store):
            return False
        del self._unstored[answer.chat_id]
        return True

    def close(self) -> None:
        """Store what there is of answers: the program ends."""
        for ticket in reversed(self.tickets):
            self._end(ticket, None, None)
        for chat_id in list(self._unstored):
            self.store_ended(chat_id)

    @property
    def _loaded(self) -> Path | None:
        info = self._model.info
        return _absolute(info.path) if info else None

    def _model_of(self, ticket: Ticket) -> Path | None:
        return _absolute(ticket.choices.model or self._model.chosen)

    def _advance(self) -> None:
        """Do what can be done for the first of those who wait."""
        while not (self._model.is_busy or self._model.is_away or self._loading):
            self._line.places = self._model.info.parallel if self._model.info else 1
            step = self._line.step(self._loaded)
            if step is Step.BEGIN:
                self._begin(self._line.begin())
            elif step is Step.LOAD:
                self._load(self._line.waiting[0])
            else:
                break

    def _load(self, ticket: Ticket) -> None:
        if path := self._model_of(ticket):
            self._loading = ticket
            if path == _absolute(self._model.chosen):
                self._model.load(path)
            else:
                self._model.lend(path)
            return
        error = RequestError("No model is loaded.", hint="Choose a model at the top left.")
        self._end(ticket, None, error)

    def _begin(self, ticket: Ticket) -> None:
        sampling = ticket.choices.over(self._model.own.over(self._settings.settings.sampling))
        if ticket.has_waited and not ticket.begun:
            name, made_with = snapshot(self._model, self._settings, ticket.choices)
            made_by = self._store.messages.made_by
            self._kept.attempt(lambda: made_by(ticket.message.id, name, made_with))
            ticket.message = dataclasses.replace(ticket.message, model=name, settings=made_with)
        ticket.answer = Answering(self._store, ticket.chat_id, ticket.message)
        options = Options(**dataclasses.asdict(sampling))
        request = Request(messages=ticket.said, options=options, begun=ticket.begun)
        ticket.request_id = request.id
        self._tell(ticket.chat_id)
        self._bridge.generate(request)

    def _leave(self, ticket: Ticket) -> None:
        """Take one out of the line that was not answered: its question stays."""
        self._line.leave(ticket)
        if self._loading is ticket:
            self._loading = None
        messages, answer_id = self._store.messages, ticket.message.id
        if ticket.begun:
            begun = ticket.message
            self._kept.attempt(
                lambda: messages.end(
                    answer_id, "stopped", begun.text, begun.reasoning,
                    thinking_ms=begun.thinking_ms,
                )
            )  # fmt: skip
        else:
            self._kept.attempt(lambda: messages.discard(answer_id))
        self.ended.emit(ticket.chat_id)
        self._kept.changed.emit()
        self.changed.emit()

    def _on_events(self, request_id: str, events: list[BridgeEvent]) -> None:
        running = self._line.running
        ticket = next((each for each in running if each.request_id == request_id), None)
        if ticket is None or ticket.answer is None:
            return
        answer, before = ticket.answer, ticket.answer.message
        for event in events:
            match event:
                case Prefill(done, total):
                    self.prefill.emit(ticket.chat_id, done, total)
                case Token(_, text, channel) if text:
                    answer.add(text, channel)
                case Done():
                    self._end(ticket, event, None)
                case Failed(error):
                    self._end(ticket, None, error)
                case _:
                    pass
        if ticket in self._line.running and answer.message is not before:
            self.grown.emit(ticket.chat_id)
            if problem := answer.new_store_error():
                self._kept.failed.emit(problem)

    def _end(self, ticket: Ticket, done: Done | None, error: KTDeskError | None) -> None:
        """Store what there is of an answer. Without done and error it was cut off."""
        if ticket.answer is None:
            self._leave(ticket)
        else:
            self._line.leave(ticket)
            ticket.answer.end(done, error)
            self._unstored[ticket.chat_id] = ticket.answer
            self.store_ended(ticket.chat_id)
            self.ended.emit(ticket.chat_id)
            self._kept.changed.emit()
            self.changed.emit()
        if error:
            self.failed.emit(ticket.chat_id, error)
        self._advance()

    def _tell(self, chat_id: int) -> None:
        self.grown.emit(chat_id)
        self.changed.emit()

    @Slot()
    def _on_model(self) -> None:
        """End answers whose model was replaced; go on as soon as there is a model."""
        model = self._model
        if not model.is_ready:
            for ticket in list(self._line.running):
                self._end(ticket, None, None)
        if ticket := self._loading:
            wanted = self._model_of(ticket)
            if self._loaded == wanted or (model.is_busy and _absolute(model.path) != wanted):
                self._loading = None  # it is there, or the user loads another one
            elif model.state is ModelState.NONE:  # it failed, which is told, or shall not be
                self._leave(ticket)
        self._advance()

    @Slot()
    def _leave_deleted(self) -> None:
        """Answer nothing in chats that were deleted."""
        for chat_id in [ticket.chat_id for ticket in self.tickets]:
            if self._kept.attempt(partial(self._is_deleted, chat_id)):
                self.stop(chat_id)

    def _is_deleted(self, chat_id: int) -> bool:
        chat = self._store.chats.find(chat_id)
        return chat is None or chat.deleted is not None


def _absolute(path: Path | None) -> Path | None:
    return path.absolute() if path else None
