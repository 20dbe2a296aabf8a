# SPDX-License-Identifier: Apache-2.0
"""A field for several texts, one a line: paths may hold spaces and commas."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

_ROWS = 3


class LinesField(QPlainTextEdit):
    """Emits `edited` with a tuple of its lines, without empty ones, when it is left."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lines")
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * _ROWS + 18)
        # Or what is around it would take its wish for more height for its own.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_lines(self, lines: Iterable[str]) -> None:
        """Show other lines."""
        self.setPlainText("\n".join(lines))

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Take what was typed."""
        super().focusOutEvent(event)
        texts = (line.strip() for line in self.toPlainText().splitlines())
        self.edited.emit(tuple(text for text in texts if text))
