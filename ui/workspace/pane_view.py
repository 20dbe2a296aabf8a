# SPDX-License-Identifier: Apache-2.0
"""One pane: a conversation, and above it its title, its model, and a button that closes it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui.chat.answer_line import AnswerLine
from ui.chat.model_presenter import ModelPresenter
from ui.chat.page import ChatPage
from ui.chat.presenter import ChatPresenter
from ui.theme import Theme
from ui.widgets.elided_label import ElidedLabel
from ui.widgets.icon_button import IconButton
from ui.workspace.pane_model import PaneModel

MODEL_SHARE, COMPARED_SHARE = 0.5, 0.75  # of the head's width, at most


class PaneView(QFrame):
    """The head is hidden while the pane is alone and its chat has no model of its own.

    closed: the pane shall be.
    """

    closed = Signal()

    def __init__(
        self,
        chat: ChatPresenter,
        model: ModelPresenter,
        line: AnswerLine,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("pane")
        self.chat = chat
        self._is_alone, self._is_compared = True, False
        self.page = ChatPage(chat, model, line, theme, self)
        self._head = QWidget(self)
        self._head.setObjectName("paneHead")
        self._head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = ElidedLabel(self)
        self._title.setObjectName("paneTitle")
        self.model = PaneModel(lambda: chat.own, model, theme, self)
        self.close_button = IconButton(theme, "close", self, colour="muted")
        self.close_button.setIconSize(QSize(16, 16))
        self.close_button.clicked.connect(self.closed)
        row = QHBoxLayout(self._head)
        row.setContentsMargins(14, 4, 6, 4)
        row.setSpacing(4)
        row.addWidget(self._title, 1)
        row.addWidget(self.model)
        row.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        column.addWidget(self.page, 1)
        chat.changed.connect(self._follow)
        self.retranslate()

    def show_state(self, title: str, *, is_alone: bool, is_active: bool, is_compared: bool) -> None:
        """Say what the pane is called, and whether keys are for it.

        is_compared: all panes are asked the same, so that models are what tells them apart.
        """
        self._is_alone, self._is_compared = is_alone, is_compared
        self._limit_model()
        self._title.say(title)
        self.setAccessibleName(title)
        is_marked = is_active and not is_alone
        if self._head.property("active") != is_marked:
            for widget in (self._head, self._title):
                widget.setProperty("active", is_marked)
                widget.style().polish(widget)
        self._follow()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Leave room for the title beside the model."""
        super().resizeEvent(event)
        self._limit_model()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.close_button.describe(self.tr("Close the pane (Ctrl+W)"))
        self._follow()

    def _limit_model(self) -> None:
        share = COMPARED_SHARE if self._is_compared else MODEL_SHARE
        self.model.limit(int(self.width() * share))

    @Slot()
    def _follow(self) -> None:
        self.model.retranslate()
        has_own_model = self.chat.own.choices.model is not None
        self._head.setVisible(has_own_model or not self._is_alone)
        self.close_button.setVisible(not self._is_alone)
