# SPDX-License-Identifier: Apache-2.0
"""How headings and chats are drawn: a title, and in a search the place where words are."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QTextCharFormat, QTextLayout
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui.chats.groups import Row
from ui.chats.tree_model import BUSY_ROLE, GROUP_ROLE, ROW_ROLE, chat_title
from ui.theme import Theme, scaled

PADDING, RADIUS, DOT = 10, 8, 7
_Index = QModelIndex | QPersistentModelIndex


class ChatDelegate(QStyledItemDelegate):
    """Draws with the colours of the theme. `current` is the chat that is shown."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.current: int | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Two lines for what was found, one for a title, more air above a heading."""
        row: Row | None = index.data(ROW_ROLE)
        line = option.fontMetrics.height()  # pyright: ignore[reportAttributeAccessIssue]
        if row is None:
            return QSize(0, line + 2 * PADDING)
        return QSize(0, (2 * line + 18) if row.snippet else line + 14)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw a heading or a chat."""
        row: Row | None = index.data(ROW_ROLE)
        painter.save()
        if row is None:
            self._paint_heading(painter, option, index)
        else:
            self._paint_chat(painter, option, row, is_busy=bool(index.data(BUSY_ROLE)))
        painter.restore()

    def _paint_heading(
        self, painter: QPainter, option: QStyleOptionViewItem, index: _Index
    ) -> None:
        font: QFont = option.font  # pyright: ignore[reportAttributeAccessIssue]
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        inside = rect.adjusted(PADDING, PADDING // 2, -PADDING, 0)
        font = scaled(font, 0.88)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(self._theme.colour("muted"))
        group = index.data(GROUP_ROLE)
        if group.kind == "folder":
            self._theme.icon("folder", "muted").paint(
                painter, QRect(inside.left(), inside.center().y() - 7, 15, 15)
            )
            inside.adjust(21, 0, 0, 0)
        text = painter.fontMetrics().elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, inside.width()
        )
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        if self._has_focus(option):
            self._frame(painter, rect)

    def _paint_chat(
        self, painter: QPainter, option: QStyleOptionViewItem, row: Row, *, is_busy: bool
    ) -> None:
        rect: QRect = option.rect  # pyright: ignore[reportAttributeAccessIssue]
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_current = row.chat_id == self.current
        if is_current or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("selection" if is_current else "hover"))
            painter.drawRoundedRect(rect.adjusted(2, 1, -2, -1), RADIUS, RADIUS)
        if self._has_focus(option):
            self._frame(painter, rect)
        inside = rect.adjusted(PADDING, 7, -PADDING, -7)
        if is_busy:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("accent"))
            painter.drawEllipse(inside.right() - DOT, inside.top() + 5, DOT, DOT)
            inside.adjust(0, 0, -DOT - 8, 0)
        painter.setFont(option.font)  # pyright: ignore[reportAttributeAccessIssue]
        metrics = painter.fontMetrics()
        title = chat_title(row.title)
        painter.setPen(self._theme.colour("text" if row.title else "muted"))
        line = QRect(inside.left(), inside.top(), inside.width(), metrics.height())
        text = metrics.elidedText(title, Qt.TextElideMode.ElideRight, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        if row.snippet:
            self._paint_snippet(painter, row, line.translated(0, metrics.height() + 4))

    def _paint_snippet(self, painter: QPainter, row: Row, line: QRect) -> None:
        layout = QTextLayout(row.snippet, scaled(painter.font(), 0.88))
        formats: list[QTextLayout.FormatRange] = []
        for start, end in row.marks:
            mark = QTextLayout.FormatRange()
            mark.start, mark.length = start, end - start  # pyright: ignore[reportAttributeAccessIssue]
            look = QTextCharFormat()
            look.setFontWeight(QFont.Weight.Bold)
            look.setForeground(self._theme.colour("text"))
            mark.format = look  # pyright: ignore[reportAttributeAccessIssue]
            formats.append(mark)
        layout.setFormats(formats)
        layout.beginLayout()
        layout.createLine().setLineWidth(1 << 20)
        layout.endLayout()
        painter.setPen(self._theme.colour("muted"))
        painter.setClipRect(line)
        layout.draw(painter, line.topLeft().toPointF())

    def _frame(self, painter: QPainter, rect: QRect) -> None:
        painter.setPen(self._theme.colour("focus"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(2, 1, -3, -2), RADIUS, RADIUS)

    @staticmethod
    def _has_focus(option: QStyleOptionViewItem) -> bool:
        state: QStyle.StateFlag = option.state  # pyright: ignore[reportAttributeAccessIssue]
        return bool(state & QStyle.StateFlag.State_HasFocus)
