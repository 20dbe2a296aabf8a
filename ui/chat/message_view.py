# SPDX-License-Identifier: Apache-2.0
"""One message: a bubble with the question, or an answer as blocks of text and code."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ktdesk.attachments import split
from ui.chat.attachments_view import AttachmentsView
from ui.chat.blocks_view import BlocksView
from ui.chat.find_marks import mark_words
from ui.chat.message_actions import MessageActions
from ui.chat.messages import ChatMessage, MessageState
from ui.chat.reading_bar import ReadingBar
from ui.chat.statistics import statistics_line
from ui.chat.thinking_view import ThinkingView
from ui.theme import READING_SCALE, Theme, scaled
from ui.widgets.copy_button import CopyButton

BUBBLE_SHARE = 0.8  # of the column's width, at most
BUBBLE_PADDING = 18
NARROW = 420  # pixels, below which an answer's figures do not stand beside its buttons


class QuestionView(QWidget):
    """What the user wrote, as plain text in a bubble at the right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._source = ""
        self._fitted: tuple[int, str] | None = None  # what the sizes are for
        self.buttons = MessageActions(theme, self)
        bubble = QFrame(self)
        bubble.setObjectName("bubble")
        self._label = QLabel(bubble)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setFont(scaled(self.font(), READING_SCALE))
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._inside = inside = QVBoxLayout(bubble)
        inside.setContentsMargins(BUBBLE_PADDING, 11, BUBBLE_PADDING, 11)
        inside.addWidget(self._label)
        self._note = QLabel(self)
        self._note.setObjectName("muted")
        self._note.setFont(scaled(self.font(), 0.9))
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._attachments = AttachmentsView(theme, self)
        self._bubble = bubble
        column.addWidget(self._attachments, 0, Qt.AlignmentFlag.AlignRight)
        column.addWidget(bubble, 0, Qt.AlignmentFlag.AlignRight)
        column.addWidget(self._note, 0, Qt.AlignmentFlag.AlignRight)
        column.addWidget(self.buttons, 0, Qt.AlignmentFlag.AlignRight)
        self.retranslate()

    def show_message(self, message: ChatMessage, images: Sequence[bytes] = ()) -> None:
        """Show the message; images: the pictures that were attached to it."""
        self._source = message.text
        attachments, text = split(message.text)
        self._attachments.show_attachments(attachments, images)
        self._label.setText(text)
        self._bubble.setVisible(bool(text.strip()))
        self._note.setVisible(message.state is MessageState.UNANSWERED)
        self.buttons.show_message(message)
        self._fit()

    def mark(self, words: str, chosen: int) -> int | None:
        """Mark one place where words are, as `AnswerView.mark` does."""
        text, start = self._label.text().casefold(), -1
        for _ in range(chosen + 1 if words else 0):
            following = text.find(words.casefold(), start + 1)
            if following < 0:
                break
            start = following
        if start < 0:
            self._label.setSelection(0, 0)
            return None
        self._label.setSelection(start, len(words))
        share = self._label.height() * start // max(1, len(text))
        return self._bubble.y() + self._label.y() + share

    def fit(self, width: int) -> int:
        """Take a width; return the height that is needed then."""
        self.resize(width, self.height())
        self._fit()
        self._inside.activate()
        self._column.activate()
        return _height(self._column, width)

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._note.setText(self.tr("Not answered. Ctrl+R asks again."))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Keep the bubble as wide as its text, within the column."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        state = (self.width(), self._source)
        if state == self._fitted:
            return
        self._fitted = state
        metrics = self._label.fontMetrics()
        longest = max(metrics.horizontalAdvance(line) for line in self._label.text().split("\n"))
        widest = int(self.width() * BUBBLE_SHARE) - 2 * BUBBLE_PADDING
        width = max(1, min(longest + 4, widest))
        chips = max(1, int(self.width() * BUBBLE_SHARE))
        self._attachments.setFixedSize(chips, self._attachments.fit(chips))
        self._label.setMinimumSize(0, 0)  # or it would be the least that is asked for
        self._label.setFixedSize(width, self._label.heightForWidth(width))


class AnswerView(QWidget):
    """What the model thought and wrote. link_clicked: an address that an answer names."""

    link_clicked = Signal(QUrl)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._message: ChatMessage | None = None
        self._reading: ReadingBar | None = None
        self._hint = QLabel(self)
        self._hint.setObjectName("hint")
        self._thinking, self._blocks = ThinkingView(theme, self), BlocksView(theme, self)
        for part in (self._thinking, self._blocks):
            part.link_clicked.connect(self.link_clicked)
        self._statistics = QLabel(self)
        self._statistics.setObjectName("statistics")
        self._statistics.setFont(scaled(self.font(), 0.9))
        self._statistics.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._statistics.setWordWrap(True)
        self._copy = CopyButton(theme, self)
        self._copy.setObjectName("copyAnswer")
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        self.buttons = MessageActions(theme, self)
        buttons.addWidget(self._copy)
        buttons.addWidget(self.buttons)
        buttons.addStretch()
        self._foot = foot = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        foot.setSpacing(6)
        foot.addLayout(buttons)
        foot.addWidget(self._statistics, 1)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in (self._hint, self._thinking, self._blocks):
            column.addWidget(part)
        column.addLayout(foot)
        self.retranslate()

    @property
    def blocks(self) -> BlocksView:
        """The answer itself."""
        return self._blocks

    def show_message(self, message: ChatMessage) -> None:
        """Show a message; it costs little if it only goes on from what is shown."""
        self._message = message
        has_begun = bool(message.text or message.reasoning)
        self._thinking.show_message(message)
        self._blocks.show_text(message.text)
        self._blocks.setVisible(bool(message.text))
        self._copy.text_to_copy = message.text
        has_ended = message.has_ended
        if (has_begun or has_ended) and self._reading:
            self._reading.hide()
        self._hint.setVisible(not has_begun and self._reading is None)
        self._hint.setText(self._waiting_text(message))
        self._copy.setVisible(has_ended and bool(message.text))
        self._statistics.setVisible(has_ended)
        self.buttons.show_message(message)
        if has_ended:
            self._statistics.setText(statistics_line(message))
            self._hint.setVisible(not has_begun)
            self._hint.setText(self.tr("The model answered nothing."))

    def mark(self, words: str, chosen: int) -> int | None:
        """Mark words, the chosen place more than others; '' takes the marks away.

        Returns how far below the top of this widget the place is, or None if it is not there.
        """
        y = mark_words(self._blocks.views, words, chosen, self._theme)
        return None if y is None else self._blocks.y() + y

    def fit(self, width: int) -> int:
        """Take a width; return the height that is needed then."""
        self.resize(width, self.height())
        direction = QBoxLayout.Direction  # figures stand below the buttons if not beside them
        is_narrow = width < NARROW
        self._foot.setDirection(direction.TopToBottom if is_narrow else direction.LeftToRight)
        self._column.activate()
        self._thinking.settle()
        self._column.activate()
        return _height(self._column, width)

    def show_prefill(self, done: int, total: int) -> None:
        """Say how much of the prompt is read, until the first word comes."""
        message = self._message
        if message and not (message.text or message.reasoning):
            if self._reading is None:
                self._reading = ReadingBar(self)
                self._column.insertWidget(0, self._reading)
            self._reading.show_progress(done, total)
            self._reading.show()
            self._hint.hide()

    def _waiting_text(self, message: ChatMessage) -> str:
        is_in_line = message.state is MessageState.WAITING
        return self.tr("Waiting in line…") if is_in_line else self.tr("Thinking…")

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._copy.describe(self.tr("Copy the answer"))
        self._thinking.retranslate()
        if self._reading:
            self._reading.retranslate()
        if self._message:
            self.show_message(self._message)


def _height(column: QVBoxLayout, width: int) -> int:
    """Return the height that a column needs at a width."""
    least = column.totalMinimumSize().height()
    if column.hasHeightForWidth():  # of what it shows now
        return max(least, column.totalHeightForWidth(width))
    return max(least, column.totalSizeHint().height())
