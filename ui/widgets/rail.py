# SPDX-License-Identifier: Apache-2.0
"""The column of buttons that change the page."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from ui.theme import Theme

_ICON = QSize(22, 22)
_MARGIN, _SPACING = 8, 4
_PADDING = 14  # of a button, above and below the icon together


class Rail(QWidget):
    """A button for each page's action, of which one is checked; only icons where height is little.

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
        self._buttons: list[QToolButton] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(6, _MARGIN, 6, _MARGIN)
        column.setSpacing(_SPACING)
        group = QActionGroup(self)
        for icon, action in pages:
            action.setCheckable(True)
            group.addAction(action)
            self._icons.append((icon, action))
            self._buttons.append(self._button(action))
            column.addWidget(self._buttons[-1])
        column.addStretch()
        self._full_height = 0  # what icons with titles take
        theme.changed.connect(self._draw)
        self._draw()

    def minimumSizeHint(self) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Return what the icons take."""
        each = _ICON.height() + _PADDING + _SPACING
        return QSize(self.sizeHint().width(), each * len(self._buttons) + 2 * _MARGIN)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Show titles where there is room."""
        super().resizeEvent(event)
        styles = Qt.ToolButtonStyle
        if self._buttons[0].toolButtonStyle() is styles.ToolButtonTextUnderIcon:
            self._full_height = self.sizeHint().height()
        has_room = event.size().height() >= self._full_height
        for button in self._buttons:
            button.setToolButtonStyle(
                styles.ToolButtonTextUnderIcon if has_room else styles.ToolButtonIconOnly
            )

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
