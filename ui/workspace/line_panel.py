# SPDX-License-Identifier: Apache-2.0
"""The whole line, as a small window over the page: who is answered, who waits, in which order."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from ui.chat.answer_line import Ticket
from ui.chat.line_bar import MoveButtons, place_text
from ui.theme import Theme
from ui.widgets.elided_label import ElidedLabel
from ui.workspace.presenter import Workspace

WIDTH = 520


class _Row(QWidget):
    """One ticket: the title of its chat, where it stands, and buttons."""

    def __init__(self, workspace: Workspace, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._title, self._place = ElidedLabel(self), ElidedLabel(self)
        self._place.setObjectName("muted")
        self.buttons = MoveButtons(workspace.line, theme, self)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self._title, 0, 0)
        grid.addWidget(self._place, 1, 0)
        grid.addWidget(self.buttons, 0, 1, 2, 1)

    def show_ticket(self, ticket: Ticket) -> None:
        """Show a ticket."""
        title = self._workspace.title_of_chat(ticket.chat_id)
        self._title.say(title)
        self._place.say(place_text(self._workspace.line, ticket))
        self.setAccessibleName(f"{title}: {self._place.whole}")
        self.buttons.show_ticket(ticket)


class LinePanel(QFrame):
    """Closes by itself when nobody waits any more."""

    def __init__(self, workspace: Workspace, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("linePanel")
        self.setFixedWidth(WIDTH)
        self._workspace, self._theme = workspace, theme
        self.rows: list[_Row] = []
        self._heading, self._about = QLabel(self), QLabel(self)
        self._heading.setObjectName("heading")
        self._about.setObjectName("muted")
        self._about.setWordWrap(True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 12, 16, 12)
        self._column.addWidget(self._heading)
        self._column.addWidget(self._about)
        workspace.line.changed.connect(self._follow)

    def open_below(self, widget: QWidget) -> None:
        """Show it, its right edge at that of a widget."""
        self._heading.setText(self.tr("Questions in line"))
        self._about.setText(
            self.tr("They are answered in this order. Each change of the model takes a load.")
        )
        self.setAccessibleName(self._heading.text())
        self._show_rows()
        corner = widget.mapToGlobal(QPoint(widget.width(), widget.height() + 4))
        self.adjustSize()
        self.move(corner.x() - WIDTH, corner.y())
        self.show()
        self.rows[-1].buttons.cancel.setFocus()

    @Slot()
    def _follow(self) -> None:
        if not self.isVisible():
            return
        if self._workspace.line.waiting:
            self._show_rows()
            self.adjustSize()
        else:
            self.hide()

    def _show_rows(self) -> None:
        tickets = self._workspace.line.tickets
        while len(self.rows) < len(tickets):
            self.rows.append(_Row(self._workspace, self._theme, self))
            self._column.addWidget(self.rows[-1])
        for at, row in enumerate(self.rows):
            row.setVisible(at < len(tickets))
            if at < len(tickets):
                row.show_ticket(tickets[at])
