# SPDX-License-Identifier: Apache-2.0
"""The column of buttons that change the page."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from ui.theme import Theme

_ICON = QSize(22, 22)


class Rail(QWidget):
    """A button for each page's action, of which one is checked.

    pages: icon and action of each. The actions become checkable, one at a time.
    """

    def __init__(
        self, theme: Theme, pages: Iterable[tuple[str, QAction]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = theme
        self._icons: list[tuple[str, QAction]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 8, 6, 8)
        column.setSpacing(4)
        group = QActionGroup(self)
        for icon, action in pages:
            action.setCheckable(True)
            group.addAction(action)
            self._icons.append((icon, action))
            column.addWidget(self._button(action))
        column.addStretch()
        theme.changed.connect(self._draw)
        self._draw()

    def _button(self, action: QAction) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("railButton")
        button.setIconSize(_ICON)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setDefaultAction(action)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        return button

    @Slot()
    def _draw(self) -> None:
        for icon, action in self._icons:
            action.setIcon(self._theme.icon(icon))
