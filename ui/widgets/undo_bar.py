# SPDX-License-Identifier: Apache-2.0
"""Says what was done, for some seconds, with a button that undoes it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from ui.theme import Theme
from ui.widgets.icon_button import IconButton

SHOWN_MS = 15_000


class UndoBar(QFrame):
    """Hidden until there is something to tell."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("undoBar")
        self._undo: Callable[[], object] = lambda: None
        self._label = QLabel(self)
        self._label.setWordWrap(True)
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.button = QPushButton(self)
        self.button.clicked.connect(self._press)
        self._close = IconButton(theme, "close", self)
        self._close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        row.addWidget(self._label, 1)
        row.addWidget(self.button)
        row.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        self.retranslate()
        self.hide()

    @property
    def text(self) -> str:
        """What is said."""
        return self._label.text()

    def offer(self, text: str, undo: Callable[[], object]) -> None:
        """Say what was done, and offer to undo it."""
        self._undo = undo
        self.button.show()
        self._show(text)

    def tell(self, text: str) -> None:
        """Say what was done and needs no undoing."""
        self.button.hide()
        self._show(text)

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.button.setText(self.tr("Undo"))
        self._close.describe(self.tr("Dismiss"))

    def _show(self, text: str) -> None:
        self._label.setText(text)
        self.setAccessibleName(text)
        self.show()
        self._timer.start()

    @Slot()
    def _press(self) -> None:
        self.hide()
        self._undo()
