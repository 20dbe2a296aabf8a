# SPDX-License-Identifier: Apache-2.0
"""Says above the prompt where a question stands in the line, and lets it be moved or taken out."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from ui.chat.answer_line import AnswerLine, Ticket
from ui.chat.presenter import ChatPresenter
from ui.theme import Theme
from ui.widgets.icon_button import IconButton

NARROW = 340  # pixels


def place_text(line: AnswerLine, ticket: Ticket) -> str:
    """Return where a ticket stands, and which model is loaded before it is answered."""
    place = line.place_of(ticket)
    if not place:
        return QCoreApplication.translate("AnswerLine", "Being answered")
    names = {
        1: QCoreApplication.translate("AnswerLine", "Next in line"),
        2: QCoreApplication.translate("AnswerLine", "Second in line"),
        3: QCoreApplication.translate("AnswerLine", "Third in line"),
    }
    other = QCoreApplication.translate("AnswerLine", "Number {place} in line")
    text = names.get(place) or other.format(place=QLocale().toString(place))
    model = line.model_to_load(ticket)
    if model is None:
        return text
    if place == 1 and line.is_loading:
        return QCoreApplication.translate("AnswerLine", "{model} is being loaded").format(
            model=model.stem
        )
    first = QCoreApplication.translate("AnswerLine", "{place}  ·  {model} will be loaded first")
    return first.format(place=text, model=model.stem)


class MoveButtons(QWidget):
    """Moves the ticket of a chat in the line, or takes it out."""

    def __init__(self, line: AnswerLine, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._line, self._chat_id = line, 0
        self.up, self.down = IconButton(theme, "up", self), IconButton(theme, "down", self)
        self.cancel = QPushButton(self)
        self.up.clicked.connect(lambda: line.move(self._chat_id, -1))
        self.down.clicked.connect(lambda: line.move(self._chat_id, 1))
        self.cancel.clicked.connect(lambda: line.stop(self._chat_id))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for button in (self.up, self.down, self.cancel):
            row.addWidget(button)
        self.retranslate()

    def show_ticket(self, ticket: Ticket) -> None:
        """Offer what can be done with a ticket."""
        self._chat_id = ticket.chat_id
        place, count = self._line.place_of(ticket), len(self._line.waiting)
        for button in (self.up, self.down):
            button.setVisible(place > 0 and count > 1)
        self.up.setEnabled(place > 1)
        self.down.setEnabled(place < count)
        self.cancel.setText(self.tr("Cancel") if place else self.tr("Stop"))

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.up.describe(self.tr("Let it be answered earlier"))
        self.down.describe(self.tr("Let it be answered later"))


class LineBar(QFrame):
    """Hidden unless the chat's question waits."""

    def __init__(
        self, chat: ChatPresenter, line: AnswerLine, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("undoBar")
        self._chat, self._line = chat, line
        self._label = QLabel(self)
        self._label.setWordWrap(True)
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.buttons = MoveButtons(line, theme, self)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(16, 6, 6, 6)
        self._row.addWidget(self._label, 1)
        self._row.addWidget(self.buttons)
        chat.changed.connect(self.retranslate)
        self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Put the buttons below the words where there is no room beside them."""
        super().resizeEvent(event)
        direction = QBoxLayout.Direction
        is_narrow = event.size().width() < NARROW
        self._row.setDirection(direction.TopToBottom if is_narrow else direction.LeftToRight)

    @property
    def text(self) -> str:
        """What is said."""
        return self._label.text()

    @Slot()
    def retranslate(self) -> None:
        """Say it in the present language, and as things stand."""
        ticket = self._chat.ticket
        self.setVisible(ticket is not None and ticket.answer is None)
        if ticket and ticket.answer is None:
            self._label.setText(place_text(self._line, ticket))
            self.setAccessibleName(self._label.text())
            self.buttons.show_ticket(ticket)
