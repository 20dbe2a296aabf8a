# SPDX-License-Identifier: Apache-2.0
"""A device's memory as a bar: what takes it, side by side, and a line where it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from ktdesk.errors import format_bytes
from ui.placement.words import SHARES, device_name, word
from ui.theme import Theme

if TYPE_CHECKING:
    from ktdesk.planning.shares import DeviceShares

_HEIGHT, _BAR = 22, 14


class _Bar(QWidget):
    """Paints the shares of a device."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.shares: DeviceShares | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Say how high a bar is."""
        return QSize(200, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Paint shares and limit."""
        del event
        if self.shares is None:
            return
        painter = QPainter(self)
        room, total = self.shares.room_bytes, self.shares.total_bytes
        whole = max(room, total, 1)
        top, x = (_HEIGHT - _BAR) / 2, 0.0
        painter.fillRect(QRectF(0, top, self.width(), _BAR), self._theme.colour("hover"))
        for share, size in self.shares.shares.items():
            width = size / whole * self.width()
            colour = self._theme.colour(f"share_{share}")
            painter.fillRect(QRectF(x, top, width, _BAR), colour)
            x += width
        if room:
            painter.setPen(QPen(self._theme.colour("text"), 2))
            end = min(room / whole * self.width(), self.width() - 1)
            painter.drawLine(int(end), 0, int(end), _HEIGHT)
        painter.end()


class ShareBar(QWidget):
    """Title, bar, and legend of one device."""

    def __init__(self, theme: Theme, shares: DeviceShares, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._shares = theme, shares
        self._title, self._legend = QLabel(self), QLabel(self)
        self._bar = _Bar(theme, self)
        self._legend.setWordWrap(True)
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._legend.setObjectName("legend")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for widget in (self._title, self._bar, self._legend):
            column.addWidget(widget)
        theme.changed.connect(self.retranslate)
        self.show_shares(shares)

    def show_shares(self, shares: DeviceShares) -> None:
        """Show another plan's shares."""
        self._shares = self._bar.shares = shares
        self._bar.update()
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language and colours."""
        shares = self._shares
        room, total = format_bytes(shares.room_bytes), format_bytes(shares.total_bytes)
        name = device_name(shares.device)
        text = self.tr("{device}: {total} of {room} that are free")
        if not shares.room_bytes:
            text = self.tr("{device}: {total}")
        title = text.format(device=name, total=total, room=room)
        if shares.device >= 0 and not shares.room_bytes:
            title += " " + self.tr("(this computer has no such card to use)")
        self._title.setText(title)
        parts = [
            (self._theme.colour(f"share_{share}").name(), word(SHARES, share), format_bytes(size))
            for share, size in shares.shares.items()
        ]
        spans = (
            f'<span style="color:{colour}">■</span>&nbsp;{name.replace(" ", "&nbsp;")}'
            f"&nbsp;{size.replace(' ', '&nbsp;')}"
            for colour, name, size in parts
        )
        self._legend.setText("&nbsp;&nbsp; ".join(spans))
        said = ", ".join(f"{name} {size}" for _, name, size in parts)
        self._legend.setAccessibleName(said)
        self._bar.setAccessibleName(f"{title}. {said}")
        self._bar.setToolTip(f"{title}\n{said}")
