# SPDX-License-Identifier: Apache-2.0
"""What the conversation does: ask, grow the answer, stop, versions, branches. No widgets."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from ktdesk import KTDeskError, Message, Options, PromptSize, Request
from ktdesk.attachments import Attachment, compose
from ktdesk.chats import Place
from ktdesk.chats.titles import title_from
from ui.bridge import EngineBridge
from ui.chat.answer_line import AnswerLine, Ticket
from ui.chat.changes import MessageChanges
from ui.chat.drafts import Drafts
from ui.chat.messages import MessageList, MessageState
from ui.chat.model_presenter import ModelPresenter
from ui.chat.own_chat import OwnChat
from ui.chat.snapshot import snapshot
from ui.kept_chats import KeptChats
from ui.settings_store import SettingsStore

# What is remembered for chats that do not exist yet.
NEW_DRAFT, NEW_SETTINGS = "new_draft.{key}", "new_settings.{key}"


class ChatPresenter(QObject):
    """Shows one chat of the store, and has a model answer in it, when its turn comes.

    An answer goes on when another chat is shown. chat_id None: a chat that its first question will
    make. key: which of those it is; each has a draft and settings of its own.
    changed: what can be asked, the place in line, or how full the context is. opened: another chat
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
        line: AnswerLine,
        bridge: EngineBridge,
        settings: SettingsStore,
        model: ModelPresenter,
        kept: KeptChats,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._line, self._bridge = line, bridge
        self._settings, self._model, self._kept = settings, model, kept
        self._store = kept.store
        self.messages = MessageList(self._store, self)
        self.messages.failed.connect(kept.failed)
        self.drafts = Drafts(kept, self)
        self.own = OwnChat(kept, self)
        self.own.changed.connect(self.changed)
        self.chat_id: int | None = None
        self.key = -1
        self._sought: int | None = None  # the message that the chat was opened for
        self.changes = MessageChanges(self, kept)
        line.changed.connect(self.changed)
        line.grown.connect(self._on_grown)
        line.prefill.connect(self._on_prefill)
        line.ended.connect(self._on_grown)
        line.failed.connect(self._on_failed)
        model.changed.connect(self.changed)
        kept.changed.connect(self._follow)

    @property
    def ticket(self) -> Ticket | None:
        """The answer that is under way, or waits in line."""
        return None if self.chat_id is None else self._line.of(self.chat_id)

    @property
    def is_answering(self) -> bool:
        """Whether an answer is under way, or waits in line."""
        return self.ticket is not None

    @property
    def can_ask(self) -> bool:
        """Whether a question would be answered, at once or in its turn."""
        return not self.is_answering and self._line.takes(self.own.choices)

    @property
    def model_path(self) -> Path | None:
        """The model that answers in this chat."""
        return self.own.choices.model or self._model.chosen

    @property
    def has_its_model(self) -> bool:
        """Whether the model that is loaded is the one that answers in this chat."""
        path, info = self.model_path, self._model.info
        return path is not None and info is not None and path.absolute() == info.path.absolute()

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

    def open(
        self, chat_id: int | None, message_id: int | None = None, key: int | None = None
    ) -> None:
        """Show a chat, or None: an empty one. message_id: show the branch that has this message.

        key: which empty one; by default, that which was shown last.
        """
        self.leaving.emit()
        self.key = self.key if key is None else key
        self._sought = message_id
        if message_id is not None:
            self._kept.attempt(lambda: self._store.messages.show_branch_of(message_id))
        self.drafts.switch(chat_id, NEW_DRAFT.format(key=self.key))
        self.own.switch(chat_id, NEW_SETTINGS.format(key=self.key))
        self.chat_id = chat_id
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
        if not self.can_ask or not question or not self._line.store_ended(self.chat_id):
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
        if not (self.can_ask and message.can_go_on and chat_id is not None):
            return
        if not self._line.store_ended(chat_id):
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
        """Stop the answer, of which stays what there is, or leave the line."""
        self._line.stop(self.chat_id)

    def close(self) -> None:
        """Store what is written: nobody looks any more."""
        self.leaving.emit()
        self.drafts.flush()
        self.own.flush()

    def _ask(self, question: str, title: str, attachments: Sequence[Attachment]) -> int:
        """Store question and answer before the engine is asked; return the answer's id."""
        store = self._store
        model, made_with = snapshot(self._model, self._settings, self.own.choices)
        with store.at_once():
            chat_id = self.chat_id
            if chat_id is None:
                own = self.own
                chat_id = store.chats.new(
                    title, system_prompt=own.instructions, settings=own.choices.settings
                )
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
            self.own.move_to(chat_id)
            self.chat_id = chat_id
        self._start(chat_id, answer)
        return answer

    def answer_to(self, question_id: int) -> None:
        """Have a question answered, again if it was before."""
        model, made_with = snapshot(self._model, self._settings, self.own.choices)
        chat_id = self.chat_id
        if chat_id is None or not self._line.store_ended(chat_id):
            return
        begin = self._store.messages.begin
        self._kept.do(
            lambda: self._start(chat_id, begin(question_id, model=model, settings=made_with))
        )

    def _start(self, chat_id: int, answer_id: int, begun: Message | None = None) -> None:
        """Let an answer whose place is stored, or the rest of one, be written in its turn."""
        self._show_path()
        said = self._said(chat_id)[:-1]  # without the answer's place
        message = dataclasses.replace(self.messages[-1], id=answer_id)
        self._line.join(Ticket(chat_id, message, said, begun, self.own.choices))

    def _options(self) -> Options:
        for_all = self._model.own.over(self._settings.settings.sampling)
        return Options(**dataclasses.asdict(self.own.choices.over(for_all)))

    def _said(self, chat_id: int) -> tuple[Message, ...]:
        """Return what was said: the instructions and the branch."""
        system = self._store.chats.get(chat_id).system_prompt
        before = (Message("system", system),) if system else ()
        return (*before, *self.messages.conversation())

    def may_change(self, row: int) -> bool:
        """Return whether a message is not one that is being written, or shall be."""
        ticket = self.ticket
        return ticket is None or ticket.message.id != self.messages[row].id

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
            self.messages.set_ahead(None)
            return
        path = self._kept.attempt(lambda: self._store.messages.path(chat_id))
        if path is not None:
            self.messages.show(path)
            self.messages.set_ahead(self._line.message_of(chat_id))

    @Slot(int)
    def _on_grown(self, chat_id: int) -> None:
        if chat_id == self.chat_id:
            self.messages.set_ahead(self._line.message_of(chat_id))

    @Slot(int, int, int)
    def _on_prefill(self, chat_id: int, done: int, total: int) -> None:
        if chat_id == self.chat_id:
            self.prefill.emit(done, total)

    @Slot(int, object)
    def _on_failed(self, chat_id: int, error: KTDeskError) -> None:
        if chat_id == self.chat_id:
            self.failed.emit(error)
