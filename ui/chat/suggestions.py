# SPDX-License-Identifier: Apache-2.0
"""A few beginnings of a conversation, as chips: as many as there is room for."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

TWO_COLUMNS = 540  # pixels from which on two chips stand beside each other
GAP = 10
PADDING = 18  # on both sides of a chip's text


class Suggestions(QWidget):
    """Gives way to what is above and below. chosen: the text of a chip.

    No layout: one would squeeze the chips, not leave them out.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._texts: tuple[str, ...] = ()
        self._chips = [QPushButton(self) for _ in range(4)]
        for at, chip in enumerate(self._chips):
            chip.setObjectName("chip")
            chip.setCursor(Qt.CursorShape.PointingHandCursor)
            chip.clicked.connect(partial(self._choose, at))
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._texts = (
            self.tr("Explain why the sky is blue"),
            self.tr("Write a short poem about the sea"),
            self.tr("Write a function that reverses a text"),
            self.tr("Three ideas for a rainy weekend"),
        )
        self._place()

    def sizeHint(self) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Return the size of all rows, at the present width."""
        rows = -(-len(self._chips) // self._columns)
        return QSize(0, rows * self._step - GAP)

    def minimumSizeHint(self) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Take no room for granted."""
        return QSize(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Show more of them, or fewer."""
        super().resizeEvent(event)
        self.updateGeometry()
        self._place()

    @property
    def _columns(self) -> int:
        return 2 if self.width() >= TWO_COLUMNS else 1

    @property
    def _step(self) -> int:
        """From one row to the next."""
        return self._chips[0].sizeHint().height() + GAP

    def _place(self) -> None:
        columns, step = self._columns, self._step
        width = (self.width() - GAP * (columns - 1)) // columns
        fitting = (self.height() + GAP) // step * columns
        for at, (chip, text) in enumerate(zip(self._chips, self._texts, strict=True)):
            room = width - 2 * PADDING
            elided = chip.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
            chip.setText(elided)
            chip.setToolTip(text if elided != text else "")
            chip.setAccessibleName(text)
            row, column = divmod(at, columns)
            chip.setGeometry(column * (width + GAP), row * step, width, step - GAP)
            chip.setVisible(at < fitting)

    def _choose(self, at: int) -> None:
        self.chosen.emit(self._texts[at])
