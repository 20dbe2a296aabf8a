# SPDX-License-Identifier: Apache-2.0
"""Predicted speed against the number of tokens: a band from cautious to best."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from ui.placement.words import LIMITS, range_text, short_number, short_tokens, word
from ui.theme import Theme

if TYPE_CHECKING:
    from ktdesk.planning.speed import Speed

_HEIGHT = 130
_LEFT, _BOTTOM, _TOP, _RIGHT = 44, 22, 8, 16


class _Curve(QWidget):
    """Paints the band. is_log: each doubling of tokens takes as much room."""

    def __init__(self, theme: Theme, parent: QWidget, *, is_log: bool) -> None:
        super().__init__(parent)
        self._theme, self._is_log = theme, is_log
        self.speeds: dict[int, Speed] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Say how large a chart is."""
        return QSize(160, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Paint axes and band."""
        del event
        if not self.speeds:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(_LEFT, _TOP, self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BOTTOM)
        most = max(speed.tokens_per_s.high for speed in self.speeds.values())
        self._paint_axes(painter, area, most)
        low = [self._point(area, n, s.tokens_per_s.low / most) for n, s in self.speeds.items()]
        high = [self._point(area, n, s.tokens_per_s.high / most) for n, s in self.speeds.items()]
        band = self._theme.colour("accent")
        painter.setPen(QPen(band, 2))
        painter.drawPolyline(QPolygonF(low))
        painter.drawPolyline(QPolygonF(high))
        band.setAlphaF(0.25)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(band)
        painter.drawPolygon(QPolygonF([*low, *reversed(high)]))
        painter.end()

    def _paint_axes(self, painter: QPainter, area: QRectF, most: float) -> None:
        painter.setPen(self._theme.colour("border"))
        for share in (0.0, 0.5, 1.0):
            y = area.bottom() - share * area.height()
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(self._theme.colour("muted"))
        beside = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for share in (0.0, 0.5, 1.0):
            y = area.bottom() - share * area.height()
            text = short_number(share * most) if share else "0"
            painter.drawText(QRectF(0, y - 9, _LEFT - 6, 18), beside, text)
        for tokens in self._ticks():
            x = self._point(area, tokens, 0).x()
            below = QRectF(x - 30, area.bottom() + 3, 60, 18)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, short_tokens(tokens))

    def _ticks(self) -> list[int]:
        counts = list(self.speeds)
        return counts if self._is_log else [counts[0], counts[len(counts) // 2], counts[-1]]

    def _point(self, area: QRectF, tokens: int, share: float) -> QPointF:
        first, last = next(iter(self.speeds)), next(reversed(self.speeds))
        along: Callable[[int], float] = (lambda n: n.bit_length()) if self._is_log else float
        span = max(1.0, along(last) - along(first))
        x = area.left() + (along(tokens) - along(first)) / span * area.width()
        return QPointF(x, area.bottom() - share * area.height())


class SpeedChart(QWidget):
    """Title, curve, and what limits the speed."""

    def __init__(
        self, theme: Theme, title: Callable[[], str], parent: QWidget, *, is_log: bool = False
    ) -> None:
        super().__init__(parent)
        self._title_text = title
        self._title, self._note = QLabel(self), QLabel(self)
        self._curve = _Curve(theme, self, is_log=is_log)
        self._note.setObjectName("muted")
        self._note.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in (self._title, self._curve, self._note):
            column.addWidget(widget)
        self.retranslate()

    def show_speeds(self, speeds: dict[int, Speed]) -> None:
        """Show the speeds by numbers of tokens, rising."""
        self._curve.speeds = speeds
        self._curve.update()
        self.setVisible(bool(speeds))
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._title.setText(self._title_text())
        speeds = self._curve.speeds
        limits = dict.fromkeys(word(LIMITS, speed.limit) for speed in speeds.values())
        self._note.setText(self.tr("Limited by {limits}").format(limits=", ".join(limits)))
        said = (
            f"{short_tokens(tokens)}: {range_text(speed.tokens_per_s)}"
            for tokens, speed in speeds.items()
        )
        text = "\n".join(said)
        self._curve.setToolTip(text)
        self._curve.setAccessibleName(self._title.text())
        self._curve.setAccessibleDescription(text)
