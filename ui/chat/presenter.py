# SPDX-License-Identifier: Apache-2.0
"""What the conversation does: ask, grow the answer, stop, versions, branches. No widgets."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from ktdesk import (
    Done,
    Failed,
    KTDeskError,
    Message,
    Options,
    Prefill,
    PromptSize,
    Request,
    Token,
)
from ktdesk.attachments import Attachment, compose
from ktdesk.chats import Place
from ktdesk.chats.titles import title_from
from ui.bridge import BridgeEvent, EngineBridge
from ui.chat.answering import Answering
from ui.chat.changes import MessageChanges
from ui.chat.drafts import Drafts
from ui.chat.messages import MessageList, MessageState
from ui.chat.model_presenter import ModelPresenter
from ui.chat.snapshot import snapshot
from ui.kept_chats import KeptChats
from ui.settings_store import SettingsStore

OPEN_CHAT = "open_chat"  # what is remembered: the chat that was shown last


class ChatPresenter(QObject):
    """Shows one chat of the store, and has the loaded model answer in it.

    An answer goes on when another chat is shown. chat_id None: a chat that its first question will
    make. changed: whether an answer is under way, or how full the context is. opened: another chat
    is shown. prefill: tokens of the prompt that were read, and all. failed: a KTDeskError; the
    question stays, for `retry`. leaving: another chat will be shown, or none.
    """

    changed = Signal()
    opened = Signal()
    prefill = Signal(int, int)
    failed = Signal(object)
    leaving = Signal()

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
        self.messages = MessageList(self._store, self)
        self.messages.failed.connect(kept.failed)
        self.drafts = Drafts(kept, self)
        self.chat_id: int | None = None
        self._answer: Answering | None = None
        self._ended: Answering | None = None  # as long as it is not stored
        self._sought: int | None = None  # the message that the chat was opened for
        self.changes = MessageChanges(self, kept)
        bridge.events.connect(self._on_events)
        model.changed.connect(self._on_model)
        kept.changed.connect(self._follow)

    @property
    def is_answering(self) -> bool:
        """Whether an answer is under way, in whatever chat."""
        return self._answer is not None

    @property
    def answering_chat(self) -> int | None:
        """The chat in which an answer is under way."""
        return self._answer.chat_id if self._answer else None

    @property
    def can_ask(self) -> bool:
        """Whether a question would be answered now."""
        return self._model.is_ready and not self.is_answering

    @property
    def can_retry(self) -> bool:
        """Whether the last question has no answer."""
        is_open = bool(self.messages) and self.messages[-1].state is MessageState.UNANSWERED
        return self.can_ask and is_open

    @property
    def can_regenerate(self) -> bool:
        """Whether the last answer could be another."""
        return self.can_ask and bool(self.messages) and self.messages[-1].role == "assistant"

    @property
    def context_used(self) -> int:
        """The tokens of the context that the shown branch took at its last answer."""
        for message in map(self.messages.__getitem__, reversed(range(len(self.messages))[-2:])):
            if message.stats and message.stats.context_tokens:
                return message.stats.context_used
        return 0

    def open_last(self) -> None:
        """Show what was shown when the program ended."""
        chats = self._store.chats
        chat_id = self._kept.attempt(lambda: chats.remembered(OPEN_CHAT))
        chat = self._kept.attempt(lambda: chats.find(chat_id)) if isinstance(chat_id, int) else None
        self.open(chat.id if chat and chat.deleted is None else None)

    def open(self, chat_id: int | None, message_id: int | None = None) -> None:
        """Show a chat, or None: an empty one. message_id: show the branch that has this message."""
        self.leaving.emit()
        self._sought = message_id
        if message_id is not None:
            self._kept.attempt(lambda: self._store.messages.show_branch_of(message_id))
        self.drafts.switch(chat_id)
        self._set_chat(chat_id)
        self._show_path()
        self.opened.emit()
        self.changed.emit()

    def new_chat(self) -> None:
        """Show an empty chat."""
        self.open(None)

    @property
    def place(self) -> Place | None:
        """Where to begin to read: at the message that was sought, or where the reader was."""
        if self._sought is not None:
            return Place(self._sought, 0)
        chats, chat_id = self._store.chats, self.chat_id
        chat = None if chat_id is None else self._kept.attempt(lambda: chats.find(chat_id))
        return chat.place if chat else None

    def keep_place(self, place: Place | None) -> None:
        """Remember where the reader is; None: at the end."""
        chats, chat_id = self._store.chats, self.chat_id
        if chat_id is not None:
            self._kept.attempt(lambda: chats.set_place(chat_id, place))

    def ask(self, text: str, attachments: Sequence[Attachment] = ()) -> bool:
        """Ask the model; return False, and do nothing, if it cannot be asked now."""
        question = compose(text.strip(), attachments).strip()
        if not self.can_ask or not question or not self._store_ended():
            return False
        title = title_from(text) or ", ".join(attachment.name for attachment in attachments)
        return self._kept.do(lambda: self._ask(question, title, attachments)) is not None

    def count_tokens(self, text: str) -> int:
        """Return how many tokens a text has. From any thread. Raises RequestError if no model."""
        return self._bridge.count_tokens(text)

    def forecast(self, question: str) -> Callable[[], PromptSize]:
        """Return what measures the request that a question would make; it may take its time.

        To be called in another thread, it raises KTDeskError.
        """
        chat_id, options = self.chat_id, self._options()

        def measure() -> PromptSize:
            said = () if chat_id is None else self._said(chat_id)
            asked = (Message("user", question),) if question.strip() else ()
            return self._bridge.measure(Request(messages=(*said, *asked), options=options))

        return measure

    def retry(self) -> None:
        """Ask the last question again."""
        if self.can_retry:
            self.answer_to(self.messages[-1].id)

    def regenerate(self, row: int = -1) -> None:
        """Have an answer of the branch written anew, as another version."""
        message = self.messages[row]
        stored = self._kept.attempt(lambda: self._store.messages.get(message.id))
        if self.can_ask and message.role == "assistant" and stored and stored.parent_id:
            self.answer_to(stored.parent_id)

    def resume(self, row: int = -1) -> None:
        """Go on with the last answer, which was stopped."""
        message, chat_id = self.messages[row], self.chat_id
        if not (self.can_ask and message.can_go_on and self._store_ended()) or chat_id is None:
            return
        begun = Message("assistant", message.text, message.reasoning)

        def go_on() -> None:
            self._store.messages.go_on(message.id)
            self._start(chat_id, message.id, begun)

        self._kept.do(go_on)

    def take_back(self) -> str:
        """Remove the last question, which has no answer; return its text, to be changed."""
        if not self.can_retry:
            return ""
        question = self.messages[-1]
        self._kept.do(lambda: self._store.messages.delete([question.id]))
        return question.text

    def stop(self) -> None:
        """Stop the answer; what there is of it stays."""
        if self._answer:
            self._bridge.cancel()

    def close(self) -> None:
        """Store what is written, and what there is of an answer: the program ends."""
        self.leaving.emit()
        self.drafts.flush()
        if self._answer:
            self._end(None, None)
        else:
            self._store_ended()

    def _ask(self, question: str, title: str, attachments: Sequence[Attachment]) -> int:
        """Store question and answer before the engine is asked; return the answer's id."""
        store = self._store
        model, made_with = snapshot(self._model, self._settings)
        with store.at_once():
            chat_id = self.chat_id
            if chat_id is None:
                chat_id = store.chats.new(title)
            parent = store.chats.get(chat_id).leaf_id
            question_id, answer = store.messages.ask(
                chat_id, question, parent_id=parent, model=model, settings=made_with
            )
            for image in attachments:
                if image.data:
                    store.attachments.add(question_id, image.name, image.media_type, image.data)
        if self.drafts.text.strip() == question:
            self.drafts.put("")
        if self.chat_id is None:
            self.drafts.move_to(chat_id)
            self._set_chat(chat_id)
        self._start(chat_id, answer)
        return answer

    def _set_chat(self, chat_id: int | None) -> None:
        self.chat_id = chat_id
        self._kept.attempt(lambda: self._store.chats.remember(OPEN_CHAT, chat_id))

    def answer_to(self, question_id: int) -> None:
        """Have a question answered, again if it was before."""
        model, made_with = snapshot(self._model, self._settings)
        chat_id = self.chat_id
        if chat_id is None or not self._store_ended():
            return
        begin = self._store.messages.begin
        self._kept.do(
            lambda: self._start(chat_id, begin(question_id, model=model, settings=made_with))
        )

    def _start(self, chat_id: int, answer_id: int, begun: Message | None = None) -> None:
        """Have the engine write an answer whose place is stored, or the rest of one."""
        self._show_path()
        said = self._said(chat_id)[:-1]  # without the answer's place
        stored = self.messages[-1]
        self._answer = Answering(self._store, chat_id, dataclasses.replace(stored, id=answer_id))
        self.messages.set_ahead(self._answer.message)
        request = Request(messages=said, options=self._options(), begun=begun)
        self.changed.emit()
        self._bridge.generate(request)

    def _options(self) -> Options:
        return Options(**dataclasses.asdict(self._model.own.over(self._settings.settings.sampling)))

    def _said(self, chat_id: int) -> tuple[Message, ...]:
        """Return what was said: the instructions and the branch."""
        system = self._store.chats.get(chat_id).system_prompt
        before = (Message("system", system),) if system else ()
        return (*before, *self.messages.conversation())

    def may_change(self, row: int) -> bool:
        """Return whether a message is not the one that is being written."""
        return not (self._answer and self._answer.message.id == self.messages[row].id)

    @Slot()
    def _follow(self) -> None:
        """Show what the store has now, whoever changed it."""
        chats, chat_id = self._store.chats, self.chat_id
        if chat_id is not None:
            chat = self._kept.attempt(lambda: chats.find(chat_id))
            if chat is None or chat.deleted is not None:
                self.open(None)
                return
        self._show_path()
        self.changed.emit()

    def _show_path(self) -> None:
        chat_id = self.chat_id
        if chat_id is None:
            self.messages.show([])
            return
        path = self._kept.attempt(lambda: self._store.messages.path(chat_id))
        if path is not None:
            self.messages.show(path)

    def _on_events(self, events: list[BridgeEvent]) -> None:
        answer = self._answer
        if answer is None:
            return
        before = answer.message
        for event in events:
            match event:
                case Prefill(done, total) if answer.chat_id == self.chat_id:
                    self.prefill.emit(done, total)
                case Token(_, text, channel) if text:
                    answer.add(text, channel)
                case Done():
                    self._end(event, None)
                case Failed(error):
                    self._end(None, error)
                case _:
                    pass
        if self._answer and answer.message is not before:
            self.messages.set_ahead(answer.message)
            if problem := answer.new_store_error():
                self._kept.failed.emit(problem)

    def _end(self, done: Done | None, error: KTDeskError | None) -> None:
        answer, self._answer = self._answer, None
        if answer is None:
            return
        self._ended = answer
        answer.end(done, error)
        self._store_ended()
        self._kept.changed.emit()
        if error:
            self.failed.emit(error)

    def _store_ended(self) -> bool:
        """Store the answer that ended last; return False if it cannot be: then it is only shown."""
        answer = self._ended
        if answer is None:
            return True
        if not self._kept.attempt(answer.store):
            self.messages.set_ahead(answer.message)
            return False
        self._ended = None
        self.messages.set_ahead(None)
        return True

    def _on_model(self) -> None:
        if self.is_answering and not self._model.is_ready:  # it was replaced
            self._end(None, None)
        else:
            self.changed.emit()
