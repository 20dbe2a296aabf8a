# SPDX-License-Identifier: Apache-2.0
"""An entry of the palette on the screen: its title, and at the right what goes with it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui.theme import Theme

BESIDE_ROLE = Qt.ItemDataRole.UserRole + 1  # what stands at the right
PADDING = 12
ICON = 44  # pixels before the title: the icon, and what is around it


class EntryDelegate(QStyledItemDelegate):
    """Titles give way to what stands beside them."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def initStyleOption(  # noqa: N802, RUF100 - Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Cut the title where what is beside it begins."""
        super().initStyleOption(option, index)
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        metrics = option.fontMetrics  # pyright: ignore[reportAttributeAccessIssue]
        beside = metrics.horizontalAdvance(index.data(BESIDE_ROLE))
        room = rect.width() - ICON - 2 * PADDING - beside
        elided = metrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, room)
        option.text = elided  # pyright: ignore[reportAttributeAccessIssue]

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the row, then what stands at its right."""
        super().paint(painter, option, index)
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue]
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.setPen(self._theme.colour("text" if is_chosen else "muted"))
        sides = Qt.AlignmentFlag
        inside = rect.adjusted(PADDING, 0, -PADDING, 0)
        painter.drawText(inside, sides.AlignRight | sides.AlignVCenter, index.data(BESIDE_ROLE))
