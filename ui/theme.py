# SPDX-License-Identifier: Apache-2.0
"""Colours, style sheet and icons, light or dark; follows the system unless told otherwise."""

from __future__ import annotations

import tomllib
from string import Template

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QStyleFactory

from ui import resource

READING_SCALE = 1.1  # of what is read and written, against the window's own texts
ICON_SIZES = (20, 40, 60)  # drawn for displays of one to three pixels a point
_PALETTE = {
    QPalette.ColorRole.Window: "window",
    QPalette.ColorRole.Base: "raised",
    QPalette.ColorRole.AlternateBase: "panel",
    QPalette.ColorRole.Button: "panel",
    QPalette.ColorRole.ToolTipBase: "raised",
    QPalette.ColorRole.WindowText: "text",
    QPalette.ColorRole.Text: "text",
    QPalette.ColorRole.ButtonText: "text",
    QPalette.ColorRole.ToolTipText: "text",
    QPalette.ColorRole.PlaceholderText: "muted",
    QPalette.ColorRole.Highlight: "selection",
    QPalette.ColorRole.HighlightedText: "text",
    QPalette.ColorRole.Link: "link",
}


class Theme(QObject):
    """The look of the application. `changed` says that colours and icons are others now."""

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._mode = "system"
        self._colours: dict[str, str] = {}
        self._icons: dict[tuple[str, str], QIcon] = {}
        application.setStyle(QStyleFactory.create("Fusion"))
        application.styleHints().colorSchemeChanged.connect(self._follow)
        self._apply()

    @property
    def is_dark(self) -> bool:
        """Whether light text stands on dark ground."""
        if self._mode == "system":
            return self._application.styleHints().colorScheme() == Qt.ColorScheme.Dark
        return self._mode == "dark"

    def use(self, mode: str) -> None:
        """Show 'light' or 'dark', or follow the 'system'."""
        if mode != self._mode:
            self._mode = mode
            self._apply()

    def colour(self, name: str) -> QColor:
        """Return a colour by what it is for; the names are those in resources/themes."""
        return QColor(self._colours[name])

    def icon(self, name: str, colour: str = "text") -> QIcon:
        """Return an icon of resources/icons in a colour of the theme, greyed where disabled."""
        if (name, colour) not in self._icons:  # rows of lists ask for them at every painting
            self._icons[name, colour] = self._make_icon(name, self._colours[colour])
        return self._icons[name, colour]

    def _make_icon(self, name: str, colour: str) -> QIcon:
        icon = QIcon()
        for size in ICON_SIZES:
            icon.addPixmap(_draw(name, colour, size))
            greyed = _draw(name, self._colours["disabled"], size)
            icon.addPixmap(greyed, QIcon.Mode.Disabled)
        return icon

    def _follow(self) -> None:
        if self._mode == "system":
            self._apply()

    def _apply(self) -> None:
        name = "dark" if self.is_dark else "light"
        file = resource(f"themes/{name}.toml")
        self._colours = tomllib.loads(file.read_text(encoding="utf-8"))
        self._icons.clear()
        self._application.setPalette(self._palette())
        arrow = resource("themes/arrow.svg").as_posix()
        tick = resource(f"themes/tick_{name}.svg").as_posix()
        style = Template(resource("themes/window.qss").read_text(encoding="utf-8"))
        sheet = style.substitute(self._colours, arrow=arrow, tick=tick)
        self._application.setStyleSheet(sheet)
        self.changed.emit()

    def _palette(self) -> QPalette:
        palette = QPalette(self.colour("window"))
        for role, name in _PALETTE.items():
            palette.setColor(role, self.colour(name))
            if name == "text":
                group = QPalette.ColorGroup.Disabled
                palette.setColor(group, role, self.colour("disabled"))
        return palette


def application_icon() -> QIcon:
    """Return the icon of KTDesk."""
    return QIcon(str(resource("icons/ktdesk.svg")))


def scaled(font: QFont, scale: float) -> QFont:
    """Return a font of another size."""
    copy = QFont(font)
    copy.setPointSizeF(font.pointSizeF() * scale)
    return copy


def code_font(points: float) -> QFont:
    """Return the system's font for code."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(points)
    return font


def _draw(name: str, colour: str, size: int) -> QPixmap:
    svg = resource(f"icons/{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(svg.replace("currentColor", colour).encode()))
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
