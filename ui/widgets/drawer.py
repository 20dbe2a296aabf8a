# SPDX-License-Identifier: Apache-2.0
"""What stands at the side of a page: a title, a button that closes it, a form that scrolls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from ui.theme import Theme
from ui.widgets.icon_button import IconButton

WIDTH = 320


class Drawer(QFrame):
    """Hidden at first. Who derives fills `form`, and says the titles."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawer")
        self.setFixedWidth(WIDTH)
        self._title, self._close = QLabel(self), IconButton(theme, "close", self)
        self._title.setObjectName("heading")
        self._close.clicked.connect(self.hide)
        head = QHBoxLayout()
        head.setContentsMargins(20, 12, 10, 4)
        head.addWidget(self._title, 1)
        head.addWidget(self._close)
        body = QWidget(self)
        body.setObjectName("drawerBody")
        self.form = QVBoxLayout(body)
        self.form.setContentsMargins(20, 4, 20, 20)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(body)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 0, 0, 0)
        self._column.addLayout(head)
        self._column.addWidget(area, 1)
        self.hide()

    def say(self, title: str, closes: str) -> None:
        """Say what it is, and what its button does."""
        self._title.setText(title)
        self._close.describe(closes)

    def put_above(self, widget: QWidget) -> None:
        """Put a widget between the title and what scrolls."""
        self._column.insertWidget(1, widget)
