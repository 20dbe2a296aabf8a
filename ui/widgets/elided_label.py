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
        self._shorter: tuple[str, ...] = ()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def say(self, text: str, *shorter: str) -> None:
        """Say a text, or the first of shorter ones that there is room for; else the last, cut."""
        self.whole, self._shorter = text, shorter
        self.setAccessibleName(text)
        self.updateGeometry()
        self._elide()

    def sizeHint(self) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Return the size of the whole."""
        width = self.fontMetrics().horizontalAdvance(self.whole)
        return QSize(width + 1, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Take no width for granted."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Say more, or less."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        metrics, room = self.fontMetrics(), self.width()
        texts = (self.whole, *self._shorter)
        said = next((text for text in texts if metrics.horizontalAdvance(text) <= room), "")
        if not said:
            said = metrics.elidedText(texts[-1], Qt.TextElideMode.ElideRight, room)
            said = said if len(said) >= LEAST else ""  # which says as much
        if said != self.text():
            self.setText(said)
        self.setToolTip(self.whole if said != self.whole else "")
