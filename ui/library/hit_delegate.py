# SPDX-License-Identifier: Apache-2.0
"""Draws a row of the list of models: name, what is said of it, and the verdict at the right."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.library.hit_list import HitRole
from ui.theme import Theme
from ui.widgets.fits import FIT_ICONS, fit_text

_PAD, _GAP, _ICON = 12, 4, 16
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class HitDelegate(QStyledItemDelegate):
    """Rows of one height: two lines of text."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(  # noqa: N802, RUF100 - Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """Return the height of two lines; the width is the view's."""
        del index
        return QSize(200, 2 * option.fontMetrics.height() + _GAP + 2 * _PAD)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Draw a row."""
        painter.save()
        area = option.rect.adjusted(_PAD, _PAD, -_PAD, -_PAD)
        if index.data(HitRole.IS_HEADING):
            self._draw_text(painter, area, index.data(), "muted", _bold(option.font), bottom=True)
        else:
            self._draw_ground(painter, option)
            self._draw_row(painter, option, area, index)
        painter.restore()

    def _draw_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        state = option.state
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = option.rect.adjusted(4, 1, -4, -1)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(self._theme.colour("selection"))
            painter.drawRoundedRect(ground, 8, 8)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(self._theme.colour("hover"))
            painter.drawRoundedRect(ground, 8, 8)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self._theme.colour("focus"))
            painter.drawRoundedRect(ground, 8, 8)

    def _draw_row(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        area: QRect,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        line = option.fontMetrics.height()
        upper = QRect(area.left(), area.top(), area.width(), line)
        lower = QRect(area.left(), area.bottom() - line + 1, area.width(), line)
        used = self._draw_verdict(painter, option, upper, index.data(HitRole.FIT))
        title = upper.adjusted(0, 0, -used, 0)
        self._draw_text(painter, title, index.data(), "text", _bold(option.font))
        speed = index.data(HitRole.SPEED)
        room = option.fontMetrics.horizontalAdvance(speed) + _PAD if speed else 0
        self._draw_text(painter, lower, speed, "muted", option.font, is_right=True)
        about = lower.adjusted(0, 0, -room, 0)
        self._draw_text(painter, about, index.data(HitRole.ABOUT), "muted", option.font)

    def _draw_verdict(
        self, painter: QPainter, option: QStyleOptionViewItem, line: QRect, fit: str
    ) -> int:
        """Draw icon and word at the right; return the width that they take."""
        if not fit:
            return 0
        icon, colour = FIT_ICONS[fit]
        word = fit_text(fit)
        width = option.fontMetrics.horizontalAdvance(word)
        self._draw_text(painter, line, word, colour, option.font, is_right=True)
        place = QRect(line.right() - width - _ICON - _GAP, line.top(), _ICON, line.height())
        self._theme.icon(icon, colour).paint(painter, place)
        return width + _ICON + _GAP + _PAD

    def _draw_text(
        self,
        painter: QPainter,
        area: QRect,
        text: str,
        colour: str,
        font: QFont,
        *,
        is_right: bool = False,
        bottom: bool = False,
    ) -> None:
        painter.setFont(font)
        painter.setPen(self._theme.colour(colour))
        elided = painter.fontMetrics().elidedText(
            text, Qt.TextElideMode.ElideRight, max(0, area.width())
        )
        flags = _RIGHT if is_right else _LEFT
        if bottom:
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        painter.drawText(area, flags, elided)


def _bold(font: QFont) -> QFont:
    copy = QFont(font or QApplication.font())
    copy.setWeight(QFont.Weight.DemiBold)
    return copy
