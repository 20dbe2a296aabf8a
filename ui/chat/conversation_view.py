# SPDX-License-Identifier: Apache-2.0
"""The messages below one another in a centred column that follows its end."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.chat.message_view import AnswerView, QuestionView
from ui.chat.messages import MessageList
from ui.theme import Theme
from ui.widgets.icon_button import IconButton

COLUMN_WIDTH = 760
MARGIN = 24  # beside the column
SCROLL_BAR = 12  # its width in the style sheet
NEAR_END = 40  # pixels from the end within which the view follows it


def in_column(widget: QWidget) -> QHBoxLayout:
    """Return a row that holds the widget in the middle, not wider than the column."""
    widget.setMaximumWidth(COLUMN_WIDTH)
    row = QHBoxLayout()
    row.setContentsMargins(MARGIN, 0, MARGIN, 0)
    row.addStretch(1)
    row.addWidget(widget, 1000)
    row.addStretch(1)
    return row


class ConversationView(QScrollArea):
    """Shows a MessageList. It scrolls with the answer until the user scrolls up.

    wanted: the name of an action and the id of the message that it is wanted for.
    """

    wanted = Signal(str, int)

    def __init__(self, messages: MessageList, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._messages, self._theme = messages, theme
        self._views: list[QuestionView | AnswerView] = []
        self._follows = True
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAlwaysOn
        )  # text keeps its place
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._jump = IconButton(theme, "jump", self)
        self._jump.setObjectName("jump")
        self._jump.setFixedSize(QSize(36, 36))
        self._jump.clicked.connect(self.jump_to_end)
        self._jump.hide()
        self._make_column()
        messages.rowsInserted.connect(self._insert)
        messages.dataChanged.connect(self._change)
        messages.rowsAboutToBeRemoved.connect(self._remove)
        messages.modelReset.connect(self._reset)
        self.verticalScrollBar().rangeChanged.connect(self._on_range)
        self.verticalScrollBar().valueChanged.connect(self._on_value)
        self.retranslate()

    @Slot()
    def jump_to_end(self) -> None:
        """Scroll to the end, and follow it again."""
        self._follows = True
        self._on_range()

    @Slot(int, int)
    def show_prefill(self, done: int, total: int) -> None:
        """Say how much of the prompt is read."""
        if self._views and isinstance(view := self._views[-1], AnswerView):
            view.show_prefill(done, total)

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.setAccessibleName(self.tr("Conversation"))
        self._jump.describe(self.tr("Jump to the end"))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Keep the button at the bottom, in the middle."""
        super().resizeEvent(event)
        area = self.viewport().geometry()
        x = area.center().x() - self._jump.width() // 2
        self._jump.move(x, area.bottom() - self._jump.height() - 12)

    def _make_column(self) -> None:
        page = QWidget(self)
        page.setObjectName("conversation")
        column = QWidget(page)
        self._column = QVBoxLayout(column)
        self._column.setContentsMargins(0, 28, 0, 28)
        self._column.setSpacing(26)
        self._column.addStretch(1)
        row = in_column(column)
        row.setContentsMargins(MARGIN + SCROLL_BAR, 0, MARGIN, 0)  # centred as the prompt is
        page.setLayout(row)
        self.setWidget(page)

    @Slot(QModelIndex, int, int)
    def _insert(self, parent: QModelIndex, first: int, last: int) -> None:
        del parent
        for row in range(first, last + 1):
            message = self._messages[row]
            make = QuestionView if message.role == "user" else AnswerView
            view = make(self._theme)
            self._views.insert(row, view)
            self._column.insertWidget(row, view)
            view.show_message(message)
            view.buttons.wanted.connect(partial(self._want, message.id))
        self.jump_to_end()

    def _want(self, message_id: int, action: str) -> None:
        self.wanted.emit(action, message_id)

    @Slot(QModelIndex, QModelIndex)
    def _change(self, first: QModelIndex, last: QModelIndex) -> None:
        for row in range(first.row(), last.row() + 1):
            self._views[row].show_message(self._messages[row])

    @Slot(QModelIndex, int, int)
    def _remove(self, parent: QModelIndex, first: int, last: int) -> None:
        del parent
        for view in self._views[first : last + 1]:
            self._column.removeWidget(view)
            view.hide()
            view.deleteLater()
        del self._views[first : last + 1]

    @Slot()
    def _reset(self) -> None:
        self._remove(QModelIndex(), 0, len(self._views) - 1)
        self._insert(QModelIndex(), 0, len(self._messages) - 1)

    @Slot()
    def _on_range(self) -> None:
        bar = self.verticalScrollBar()
        bar.setEnabled(bar.maximum() > 0)  # the style sheet hides the handle of one that is not
        if self._follows:
            bar.setValue(bar.maximum())
        self._on_value()

    @Slot()
    def _on_value(self) -> None:
        bar = self.verticalScrollBar()
        self._follows = bar.value() >= bar.maximum() - NEAR_END
        self._jump.setVisible(not self._follows)
