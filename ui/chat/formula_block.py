# SPDX-License-Identifier: Apache-2.0
"""A formula on lines of its own: in the middle, scrolling sideways where it is wider."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QGuiApplication,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QLabel, QMenu, QScrollArea, QSizePolicy, QWidget

from ktdesk.rendering import formulas
from ktdesk.rendering.cuts import Block
from ktdesk.rendering.formulas import Formula, draw_formula
from ui.aio import in_thread, start
from ui.chat.formula_image import formula_image
from ui.chat.wheel import is_sideways
from ui.theme import READING_SCALE, Theme, code_font, scaled

SCALE = 0.9  # of the size of a formula, of the height of a line
PADDING = 6


class _Picture(QWidget):
    """Paints a formula. Its source is what screen readers say."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.formula: Formula | None = None

    def sizeHint(self) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Return the size of the formula."""
        if not self.formula:
            return QSize(0, 0)
        height = self.formula.ascent + self.formula.descent + 2 * PADDING
        return QSize(round(self.formula.width + 0.5), round(height + 0.5))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Paint the formula in the middle."""
        del event
        if not self.formula:
            return
        image = formula_image(self.formula, self.devicePixelRatioF())
        size = image.deviceIndependentSize()
        left = max(0.0, (self.width() - size.width()) / 2)
        painter = QPainter(self)
        painter.drawImage(QRectF(left, PADDING, size.width(), size.height()), image)


class FormulaBlock(QScrollArea):
    """Shows TeX as a formula, or as it is written while it grows or where it cannot be drawn."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._block = theme, Block("", "formula")
        self._is_loading = False
        self._picture, self._source = _Picture(theme, self), QLabel(self)
        self._source.setTextFormat(Qt.TextFormat.PlainText)
        self._source.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._source.setFont(code_font(self.font().pointSizeF()))
        body = QWidget(self)
        for widget in (self._picture, self._source):
            widget.setParent(body)
        body.setObjectName("formula")
        self._body = body
        self.setWidget(body)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._render)

    @property
    def block(self) -> Block:
        """What is shown."""
        return self._block

    def show_block(self, block: Block) -> None:
        """Show another formula."""
        if block != self._block:
            self._block = block
            self._render()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Offer to copy the source."""
        menu = QMenu(self)
        menu.addAction(self.tr("Copy the formula in TeX"), self._copy)
        menu.popup(event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Scroll sideways only; up and down belongs to the conversation."""
        if is_sideways(event):
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Keep the formula in the middle."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _render(self) -> None:
        font = scaled(self.font(), READING_SCALE)
        size = QFontMetricsF(font, self).height() * SCALE
        colour = self._theme.colour("text").name()
        tex, is_whole = self._block.source, not self._block.is_open
        if is_whole and not formulas.can_draw():
            self._load_formulas()
            is_whole = False
        formula = draw_formula(tex, size, colour, is_inline=False) if is_whole else None
        self._picture.formula = formula
        self._picture.setVisible(formula is not None)
        self._picture.setAccessibleName(tex)
        self._source.setVisible(formula is None)
        self._source.setText(tex)
        self._fit()
        self._picture.update()

    def _load_formulas(self) -> None:
        if not self._is_loading:
            self._is_loading = True
            start(self, self._render_again())

    async def _render_again(self) -> None:
        await in_thread(lambda report: formulas.load())
        self._render()

    def _fit(self) -> None:
        shown = self._picture if self._picture.formula else self._source
        size = shown.sizeHint()
        width = max(size.width(), self.viewport().width())
        self._body.resize(width, size.height())
        shown.setGeometry(0, 0, width, size.height())
        is_wide = size.width() > self.viewport().width()
        below = self.horizontalScrollBar().sizeHint().height() if is_wide else 0
        self.setFixedHeight(size.height() + below)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._block.source)
