# SPDX-License-Identifier: Apache-2.0
"""What the steps are made of: columns that are filled anew, cards of text, quiet labels."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

SPACING = 10


class Column(QWidget):
    """Widgets one below the other, that are replaced all at once."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACING)

    def fill(self, *widgets: QWidget) -> None:
        """Show these in place of what is there."""
        while item := self._column.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for widget in widgets:
            self._column.addWidget(widget)


class Card(QFrame):
    """A head, and texts below it. It looks as its name says: card or notice."""

    def __init__(self, head: QWidget, *texts: str, name: str = "card") -> None:
        super().__init__()
        self.setObjectName(name)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(14, 10, 14, 10)
        self.column.setSpacing(4)
        self.column.addWidget(head)
        for text in filter(None, texts):
            self.column.addWidget(label(text, "muted"))


def label(text: str = "", name: str = "") -> QLabel:
    """Return a label that wraps its words, of plain text."""
    made = QLabel(text)
    made.setObjectName(name)
    made.setWordWrap(True)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return made
