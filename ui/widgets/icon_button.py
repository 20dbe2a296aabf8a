# SPDX-License-Identifier: Apache-2.0
"""A button with an icon in the colours of the theme."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QToolButton, QWidget

from ui.theme import Theme


class IconButton(QToolButton):
    """Shows an icon of resources/icons; the colour is a name of the theme's."""

    def __init__(
        self, theme: Theme, icon: str, parent: QWidget | None = None, *, colour: str = "text"
    ) -> None:
        super().__init__(parent)
        self._theme, self._icon, self._colour = theme, icon, colour
        self.setIconSize(QSize(20, 20))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self._draw)
        self._draw()

    def show_icon(self, name: str) -> None:
        """Show another icon."""
        if name != self._icon:
            self._icon = name
            self._draw()

    def show_colour(self, colour: str) -> None:
        """Show the icon in another colour of the theme."""
        if colour != self._colour:
            self._colour = colour
            self._draw()

    def describe(self, text: str) -> None:
        """Say what the button does: to the mouse, and to those who cannot see the icon."""
        self.setToolTip(text)
        self.setAccessibleName(text)

    @Slot()
    def _draw(self) -> None:
        self.setIcon(self._theme.icon(self._icon, self._colour))
