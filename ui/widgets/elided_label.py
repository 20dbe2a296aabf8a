# SPDX-License-Identifier: Apache-2.0
"""A label of one line that says as much as there is room for, and the whole to those who ask."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

LEAST = 3  # characters, with the dots, of what is said in part


class ElidedLabel(QLabel):
    """Takes any width. `whole` is what it would say with enough of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def say(self, text: str) -> None:
        """Say a text."""
        self.whole = text
        self.setAccessibleName(text)
        self._elide()

    def minimumSizeHint(self) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Take no width for granted."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Say more, or less."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        mode = Qt.TextElideMode.ElideRight
        elided = self.fontMetrics().elidedText(self.whole, mode, self.width())
        if len(elided) < len(self.whole) and len(elided) < LEAST:
            elided = ""  # which says as much
        if elided != self.text():
            self.setText(elided)
        self.setToolTip(self.whole if elided != self.whole else "")
