# SPDX-License-Identifier: Apache-2.0
"""A button that copies a text."""

from __future__ import annotations

from PySide6.QtCore import QSize, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from ui.theme import Theme
from ui.widgets.icon_button import IconButton

COPIED_MS = 1500  # how long the tick is shown


class CopyButton(IconButton):
    """Copies `text_to_copy`, and shows a tick for a moment."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, "copy", parent, colour="muted")
        self.setIconSize(QSize(16, 16))
        self.text_to_copy = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._show_copy)
        self.clicked.connect(self._copy)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text_to_copy)
        self.show_icon("check")
        self._timer.start(COPIED_MS)

    @Slot()
    def _show_copy(self) -> None:
        self.show_icon("copy")
