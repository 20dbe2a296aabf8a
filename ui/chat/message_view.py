# SPDX-License-Identifier: Apache-2.0
"""One message: a bubble with the question, or an answer as blocks of text and code."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ui.chat.code_block import CodeBlock, CopyButton
from ui.chat.markdown_blocks import Block, MarkdownBlocks
from ui.chat.message_actions import MessageActions
from ui.chat.messages import ChatMessage, MessageState
from ui.chat.statistics import statistics_line
from ui.chat.text_block import TextBlock
from ui.theme import READING_SCALE, Theme, scaled

BUBBLE_SHARE = 0.8  # of the column's width, at most
BUBBLE_PADDING = 18


class QuestionView(QWidget):
    """What the user wrote, as plain text in a bubble at the right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons = MessageActions(theme, self)
        bubble = QFrame(self)
        bubble.setObjectName("bubble")
        self._label = QLabel(bubble)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setWordWrap(True)
        self._label.setFont(scaled(self.font(), READING_SCALE))
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inside = QVBoxLayout(bubble)
        inside.setContentsMargins(BUBBLE_PADDING, 11, BUBBLE_PADDING, 11)
        inside.addWidget(self._label)
        self._note = QLabel(self)
        self._note.setObjectName("muted")
        self._note.setFont(scaled(self.font(), 0.9))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(bubble, 0, Qt.AlignmentFlag.AlignRight)
        column.addWidget(self._note, 0, Qt.AlignmentFlag.AlignRight)
        column.addWidget(self.buttons, 0, Qt.AlignmentFlag.AlignRight)
        self.retranslate()

    def show_message(self, message: ChatMessage) -> None:
        """Show the message."""
        self._label.setText(message.text)
        self._note.setVisible(message.state is MessageState.UNANSWERED)
        self.buttons.show_message(message)
        self._fit()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._note.setText(self.tr("Not answered. Ctrl+R asks again."))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Keep the bubble as wide as its text, within the column."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = self._label.fontMetrics()
        longest = max(metrics.horizontalAdvance(line) for line in self._label.text().split("\n"))
        widest = int(self.width() * BUBBLE_SHARE) - 2 * BUBBLE_PADDING
        width = max(1, min(longest + 4, widest))
        self._label.setFixedSize(width, self._label.heightForWidth(width))


class AnswerView(QWidget):
    """What the model wrote. While it grows, only the blocks that can change are shown anew."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._markdown = MarkdownBlocks()
        self._message: ChatMessage | None = None
        self._shown = 0  # characters that the blocks have seen
        self._views: list[TextBlock | CodeBlock] = []
        self._hint = QLabel(self)
        self._hint.setObjectName("hint")
        self._statistics = QLabel(self)
        self._statistics.setObjectName("statistics")
        self._statistics.setFont(scaled(self.font(), 0.9))
        self._statistics.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._statistics.setWordWrap(True)
        self._copy = CopyButton(theme, self)
        self._copy.setObjectName("copyAnswer")
        self._blocks = QVBoxLayout()
        self._blocks.setSpacing(10)
        foot = QHBoxLayout()
        foot.setSpacing(6)
        self.buttons = MessageActions(theme, self)
        foot.addWidget(self._copy)
        foot.addWidget(self.buttons)
        foot.addWidget(self._statistics, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._hint)
        column.addLayout(self._blocks)
        column.addLayout(foot)
        self.retranslate()

    def show_message(self, message: ChatMessage) -> None:
        """Show the message, whose text begins with what is shown already."""
        self._message = message
        if len(message.text) > self._shown:
            first_open = self._markdown.closed
            self._markdown.push(message.text[self._shown :])
            self._shown = len(message.text)
            self._show_blocks(first_open)
        self._copy.text_to_copy = message.text
        has_ended = message.state is not MessageState.GROWING
        self._hint.setVisible(not message.text)
        self._copy.setVisible(has_ended and bool(message.text))
        self._statistics.setVisible(has_ended)
        self.buttons.show_message(message)
        if has_ended:
            self._statistics.setText(statistics_line(message))
            if not message.text:
                self._hint.setText(self.tr("The model answered nothing."))

    def show_prefill(self, done: int, total: int) -> None:
        """Say how much of the prompt is read, until the first word comes."""
        share = done * 100 // max(1, total)
        self._hint.setText(self.tr("Reading the conversation… {percent} %").format(percent=share))

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._hint.setText(self.tr("Thinking…"))
        self._copy.describe(self.tr("Copy the answer"))
        if self._message:
            self.show_message(self._message)

    def _show_blocks(self, first: int) -> None:
        blocks = self._markdown.blocks()
        for at in range(first, len(blocks)):
            if at < len(self._views) and isinstance(self._views[at], CodeBlock) != (
                blocks[at].is_code
            ):
                self._drop_from(at)
            if at == len(self._views):
                self._add(blocks[at])
            _show(self._views[at], blocks[at])
        self._drop_from(len(blocks))

    def _add(self, block: Block) -> None:
        view = (CodeBlock if block.is_code else TextBlock)(self._theme, self)
        self._views.append(view)
        self._blocks.addWidget(view)

    def _drop_from(self, first: int) -> None:
        for view in self._views[first:]:
            self._blocks.removeWidget(view)
            view.hide()
            view.deleteLater()
        del self._views[first:]


def _show(view: TextBlock | CodeBlock, block: Block) -> None:
    if isinstance(view, CodeBlock):
        view.show_code(block.source, block.language or "")
    else:
        view.show_source(block.source)
