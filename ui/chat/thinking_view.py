# SPDX-License-Identifier: Apache-2.0
"""What the model thought before it answered: open while it thinks, then folded, with its time."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt, QUrl, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from ui.chat.blocks_view import BlocksView
from ui.chat.messages import ChatMessage, MessageState
from ui.theme import Theme, scaled


class ThinkingView(QWidget):
    """Shows the thoughts of a message below a line that folds them."""

    link_clicked = Signal(QUrl)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._message: ChatMessage | None = None
        self._is_open: bool | None = None  # as the user wants it
        self._fold = QToolButton(self)
        self._fold.setObjectName("fold")
        self._fold.setFont(scaled(self.font(), 0.95))
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fold.clicked.connect(self._toggle)
        self._line = QFrame(self)
        self._line.setObjectName("thoughtLine")
        self._line.setFixedWidth(3)
        self._blocks = BlocksView(theme, self)
        self._blocks.link_clicked.connect(self.link_clicked)
        row = QHBoxLayout()
        row.setContentsMargins(6, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._line)
        row.addWidget(self._blocks, 1)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(6)
        column.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(row)
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether the thoughts are shown."""
        if self._is_open is not None or self._message is None:
            return bool(self._is_open)
        return self._message.state is MessageState.GROWING and not self._message.text

    def show_message(self, message: ChatMessage) -> None:
        """Show the thoughts of a message, if it has any."""
        self._message = message
        self.setVisible(bool(message.reasoning))
        if message.reasoning:
            self._refresh(message)

    def settle(self) -> None:
        """Take the height of the thoughts at the present width at once."""
        self._column.activate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        if self._message:
            self.show_message(self._message)

    @Slot()
    def _toggle(self) -> None:
        self._is_open = not self.is_open
        if self._message:
            self._refresh(self._message)

    def _refresh(self, message: ChatMessage) -> None:
        is_open = self.is_open
        if is_open:
            self._blocks.show_text(message.reasoning)
        self._blocks.setVisible(is_open)
        self._line.setVisible(is_open)
        self._fold.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._fold.setText(self._heading(message))
        self._fold.setAccessibleDescription(
            self.tr("Folds the thoughts") if is_open else self.tr("Shows the thoughts")
        )

    def _heading(self, message: ChatMessage) -> str:
        seconds = QLocale().toString(message.thinking_ms // 1000)
        if message.state is MessageState.GROWING and not message.text:
            return self.tr("Thinking for {seconds} s").format(seconds=seconds)
        if message.thinking_ms >= 1000:
            return self.tr("Thought for {seconds} s").format(seconds=seconds)
        return self.tr("Thoughts")
