# SPDX-License-Identifier: Apache-2.0
"""The conversation page: joins the widgets to the presenters."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from ktdesk import KTDeskError, ModelInfo
from ktdesk.attachments import compose, split
from ktdesk.chats import Place
from ui.chat.answer_line import AnswerLine
from ui.chat.attached_files import AttachedFiles
from ui.chat.context_forecast import ContextForecast, Measure, forecast_text
from ui.chat.conversation_view import MARGIN, ConversationView, in_column
from ui.chat.details import DetailsDialog
from ui.chat.edit_bar import EditBar
from ui.chat.find_bar import FindBar
from ui.chat.find_presenter import FindPresenter
from ui.chat.line_bar import LineBar
from ui.chat.link_question import LinkQuestion
from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.chat.prompt_box import PromptBox, local_files
from ui.chat.status_line import StatusLine
from ui.chat.welcome import Welcome
from ui.theme import Theme
from ui.widgets.banner import ErrorBanner
from ui.widgets.undo_bar import UndoBar


class ChatPage(QWidget):
    """Welcome or conversation, and the prompt below."""

    def __init__(
        self,
        chat: ChatPresenter,
        model: ModelPresenter,
        line: AnswerLine,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._chat, self._model = chat, model
        self.files = AttachedFiles(chat.count_tokens, self)
        self.prompt = PromptBox(theme, self.files, self)
        self.forecast = ContextForecast(self._prepare_forecast, self)
        self.setAcceptDrops(True)
        self.banner = ErrorBanner(theme, self)
        self.edit_bar = EditBar(self)
        self.undo = UndoBar(theme, self)
        self._counted_with: ModelInfo | None = None
        self._edited: int | None = None  # the message whose text is in the prompt
        self._has_prompt = True
        self._is_filling = False  # the prompt, with what is stored already
        self.finder = FindPresenter(chat.messages, self)
        self.find_bar = FindBar(self.finder, theme, self)
        self._welcome = Welcome(chat, model, self)
        self.line_bar = LineBar(chat, line, theme, self)
        self._conversation = ConversationView(chat.messages, theme, self)
        self._status = StatusLine(model, chat, self)
        self._stack = QStackedLayout()
        self._stack.addWidget(self._welcome)
        self._stack.addWidget(self._conversation)
        self._lay_out()
        self._connect()
        self._show_chat()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.setContentsMargins(0, 0, 0, 0)
        find_row = in_column(self.find_bar)
        find_row.setContentsMargins(MARGIN, 8, MARGIN, 0)
        column.addLayout(find_row)
        column.addLayout(self._stack, 1)
        column.addLayout(in_column(self.banner))
        column.addLayout(in_column(self.undo))
        column.addLayout(in_column(self.edit_bar))
        column.addLayout(in_column(self.line_bar))
        column.addLayout(in_column(self.prompt))
        column.addWidget(self._status)

    def _connect(self) -> None:
        self.prompt.submitted.connect(self._ask)
        self.prompt.stop_wanted.connect(self._chat.stop)
        self.prompt.text_changed.connect(self._keep_draft)
        self.files.changed.connect(self._keep_draft)
        self.files.failed.connect(self.banner.show_error)
        for signal in (self.prompt.text_changed, self.files.changed, self._chat.changed):
            signal.connect(self.forecast.look)
        self.forecast.changed.connect(self._show_forecast)
        self._model.changed.connect(self._recount)
        self.edit_bar.cancelled.connect(self._end_edit)
        self._conversation.wanted.connect(self._act)
        self._conversation.link_clicked.connect(self._ask_about_link)
        self._chat.changes.deleted.connect(self._offer_undo)
        self.find_bar.edited.connect(self._find)
        self.find_bar.closed.connect(self.prompt.setFocus)
        self.finder.chosen.connect(self._show_found)
        self.finder.failed.connect(self.banner.show_error)
        self._welcome.suggested.connect(self._ask)
        self._chat.changed.connect(self._refresh)
        self._chat.opened.connect(self._show_chat)
        self._chat.leaving.connect(self._keep_place)
        self._chat.prefill.connect(self._conversation.show_prefill)
        self._chat.failed.connect(self._show_answer_error)

    @Slot(str)
    def _find(self, words: str) -> None:
        self.finder.find(words, self._conversation.top_row)

    @Slot(int, int)
    def _show_found(self, message_id: int, place: int) -> None:
        row = self._chat.messages.row_of(message_id)
        self._conversation.mark(row, self.finder.words, place)

    @Slot()
    def _keep_draft(self) -> None:
        is_whole = not (self._is_filling or self.files.is_reading)
        if self._edited is None and is_whole:
            self._chat.drafts.put(compose(self.prompt.text, self.files.attachments))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Take files that are dropped anywhere, if there is a prompt for them."""
        if self.prompt.isVisible() and local_files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Attach what is dropped."""
        self.files.add(local_files(event.mimeData()))
        event.acceptProposedAction()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Measure what could not be seen meanwhile."""
        super().showEvent(event)
        self.forecast.look()

    def _prepare_forecast(self) -> Measure | None:
        if not (self.isVisible() and self._chat.has_its_model):
            return None
        return self._chat.forecast(compose(self.prompt.text, self.files.attachments))

    @Slot()
    def _show_forecast(self) -> None:
        self.prompt.show_note(forecast_text(self.forecast.size))
        self._status.show_forecast(self.forecast.size)

    @Slot()
    def _recount(self) -> None:
        if self._model.info is not self._counted_with:
            self._counted_with = self._model.info
            self.files.recount()

    @Slot(QUrl)
    def _ask_about_link(self, url: QUrl) -> None:
        LinkQuestion(url, self).open()

    @Slot(str, int)
    def _act(self, action: str, message_id: int) -> None:
        row = self._chat.messages.row_of(message_id)
        if row is None:
            return
        if action == "edit":
            self._start_edit(row)
        elif action == "details":
            DetailsDialog(self._chat.messages[row], self).open()
        elif action in ("previous", "next"):
            self._chat.changes.show_version(row, 1 if action == "next" else -1)
        else:
            chat = self._chat
            does = {
                "regenerate": chat.regenerate,
                "resume": chat.resume,
                "branch": chat.changes.branch,
                "delete": chat.changes.delete,
            }
            does[action](row)

    @Slot()
    def edit_last(self) -> None:
        """Put the last question into the prompt, to be changed."""
        messages = self._chat.messages
        questions = (row for row in reversed(range(len(messages))) if messages[row].role == "user")
        row = next(questions, None)
        if row is not None:
            self._start_edit(row)

    def _start_edit(self, row: int) -> None:
        message = self._chat.messages[row]
        self._edited = message.id
        self.edit_bar.start(is_question=message.role == "user")
        self._put_question(message.text)
        self.prompt.setFocus()

    def _put_question(self, message: str) -> None:
        """Put a question into the prompt, with what is attached to it."""
        attachments, text = split(message)
        self._is_filling = True
        self.files.put(attachments)
        self.prompt.set_text(text)
        self._is_filling = False
        self._refresh()

    @Slot()
    def _end_edit(self) -> None:
        if self._edited is not None:
            self._edited = None
            self.edit_bar.hide()
            self._put_question(self._chat.drafts.text)

    def _edit_message(self, text: str) -> None:
        row = self._chat.messages.row_of(self._edited or 0)
        if row is None or self._chat.changes.edit(row, compose(text, self.files.attachments)):
            self._end_edit()

    @Slot()
    def _offer_undo(self) -> None:
        self.undo.offer(self.tr("The message was deleted."), self._chat.changes.undelete)

    @Slot(str)
    def _ask(self, text: str) -> None:
        if self._edited is not None:
            self._edit_message(text)
            return
        is_written = text == self.prompt.text  # and not that of a chip
        if self._chat.ask(text, self.files.attachments if is_written else ()):
            self.banner.hide()
            if is_written:
                self.prompt.clear()
                self.files.clear()

    @Slot()
    def _keep_place(self) -> None:
        at = self._conversation.place
        ids = self._chat.messages.ids
        is_there = at is not None and at[0] < len(ids)
        self._chat.keep_place(Place(ids[at[0]], at[1]) if at and is_there else None)

    def _show_place(self) -> None:
        place = self._chat.place
        row = self._chat.messages.row_of(place.message_id) if place else None
        if place and row is not None:
            self._conversation.show_place(row, place.offset)

    @Slot()
    def _show_chat(self) -> None:
        self.banner.hide()
        self.undo.hide()
        if self.find_bar.isVisible():
            self.find_bar.end()
        self._edited = None
        self.edit_bar.hide()
        self._put_question(self._chat.drafts.text)
        self._show_place()

    @Slot()
    def _refresh(self) -> None:
        is_empty = not len(self._chat.messages)
        self._stack.setCurrentWidget(self._welcome if is_empty else self._conversation)
        self.prompt.setVisible(self._has_prompt or self._edited is not None)
        can_submit = self._chat.can_ask or self._edits_answer()
        self.prompt.show_state(can_submit=can_submit, is_answering=self._chat.is_answering)

    def _edits_answer(self) -> bool:
        row = self._chat.messages.row_of(self._edited or 0)
        return row is not None and self._chat.messages[row].role == "assistant"

    @Slot(object)
    def _show_answer_error(self, error: KTDeskError) -> None:
        choices = [(self.tr("Retry"), self._chat.retry)]
        if not (self.prompt.text or self.files.items):
            choices.append((self.tr("Edit the message"), self._edit))
        self.banner.show_error(error, *choices)

    def show_prompt(self, *, is_wanted: bool) -> None:
        """Have a prompt of its own, or only while a message is edited."""
        self._has_prompt = is_wanted
        self._refresh()

    def show_model_error(self, error: KTDeskError) -> None:
        """Say why a model could not be loaded."""
        self.banner.show_error(error, (self.tr("Try again"), self._model.reload))

    def _edit(self) -> None:
        self._put_question(self._chat.take_back())
        self.prompt.setFocus()
