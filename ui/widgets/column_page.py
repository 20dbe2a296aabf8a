# SPDX-License-Identifier: Apache-2.0
"""A page that scrolls, with two columns, which lie below each other where it is narrow."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QScrollArea, QVBoxLayout, QWidget

WIDE = 760  # from which on two columns fit
MOST_WIDTH = 1120


def scroll(page: QWidget, body: QWidget) -> None:
    """Fill a page with a body in its middle, which scrolls; once, when the page is made."""
    area = QScrollArea(page)
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    area.setWidget(body)
    whole = QVBoxLayout(page)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.addWidget(area)


class ColumnPage(QWidget):
    """Who derives fills `columns`, and puts them and other widgets below each other by `fill`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self.columns.setSpacing(12)

    def fill(self, *above: QWidget, below: tuple[QWidget, ...] = ()) -> None:
        """Put widgets above and below the columns; once, when the page is made."""
        body = QWidget(self)
        body.setObjectName("page")
        body.setMaximumWidth(MOST_WIDTH)
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 16, 20, 24)
        column.setSpacing(12)
        for widget in above:
            column.addWidget(widget)
        column.addLayout(self.columns)
        for widget in below:
            column.addWidget(widget)
        column.addStretch()
        scroll(self, body)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Show one column or two."""
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        is_wide = self.width() >= WIDE
        self.columns.setDirection(directions.LeftToRight if is_wide else directions.TopToBottom)
