# SPDX-License-Identifier: Apache-2.0
"""Markdown that may grow, as widgets below one another. Only what can change is shown anew."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QUrl, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ktdesk.rendering.blocks import MarkdownBlocks
from ktdesk.rendering.cuts import Block
from ui.chat.block_selection import BlockSelection, BlockView
from ui.chat.code_block import CodeBlock
from ui.chat.formula_block import FormulaBlock
from ui.chat.text_block import TextBlock
from ui.theme import Theme

SPACING = 10
INDENT = 8  # pixels for each space before a block within a list


class BlocksView(QWidget):
    """Shows a text. link_clicked: an address of the web, which nobody has opened yet."""

    link_clicked = Signal(QUrl)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._markdown = MarkdownBlocks()
        self._text = ""
        self._views: list[BlockView] = []
        self._selection = BlockSelection(lambda: self._views, self)
        self._is_placing = False
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def text(self) -> str:
        """What is shown."""
        return self._text

    @property
    def views(self) -> Sequence[BlockView]:
        """The widgets of the blocks."""
        return self._views

    def show_text(self, text: str) -> None:
        """Show a text. If it begins with what is shown, only what follows costs time."""
        if text == self._text:
            return
        if not text.startswith(self._text):
            self._markdown, self._text = MarkdownBlocks(), ""
        first = self._markdown.closed
        changed = self._markdown.push(text[len(self._text) :])
        self._text = text
        blocks = self._markdown.blocks()
        shown = [*(at for at in changed if at < first), *range(first, len(blocks))]
        self._is_placing = True  # all of them at the end
        for at in shown:
            self._show(at, blocks[at])
        self._drop_from(len(blocks))
        self._is_placing = False
        self._place(min(shown, default=first))

    @property
    def has_selection(self) -> bool:
        """Whether anything is selected."""
        return self._selection.has_any

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Place the blocks at another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._place(0)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Place the blocks: hidden ones do not know their heights."""
        super().showEvent(event)
        self._place(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, RUF100 - Qt's
        """Place what is below a block that has another height by itself."""
        if event.type() == QEvent.Type.Resize and not self._is_placing:
            self._place(next((at for at, view in enumerate(self._views) if view is watched), 0))
        return super().eventFilter(watched, event)

    def _place(self, first: int) -> None:
        """Put the blocks from one on below one another. No layout: it would touch all of them."""
        if self._is_placing or not self.isVisible():
            return
        self._is_placing = True
        above = self._views[first - 1] if 0 < first <= len(self._views) else None
        y = above.y() + above.height() + SPACING if above else 0
        for view in self._views[first:]:
            x = view.block.indent * INDENT
            view.setGeometry(x, y, max(1, self.width() - x), view.height())
            y += view.height() + SPACING
        self._is_placing = False
        self.setFixedHeight(max(0, y - SPACING))

    def _show(self, at: int, block: Block) -> None:
        if at < len(self._views) and not _fits(self._views[at], block):
            self._drop_from(at)
        if at == len(self._views):
            view = _widget_of(block)(self._theme, self)
            if isinstance(view, TextBlock):
                view.link_clicked.connect(self.link_clicked)
            self._selection.watch(view)
            self._views.append(view)
            view.installEventFilter(self)
            view.show()
        view = self._views[at]
        if isinstance(view, TextBlock):
            view.show_block(block, self._markdown.definitions)
        else:
            view.show_block(block)

    def _drop_from(self, first: int) -> None:
        for view in self._views[first:]:
            view.removeEventFilter(self)
            view.hide()
            view.deleteLater()
        del self._views[first:]


def _fits(view: BlockView, block: Block) -> bool:
    return isinstance(view, _widget_of(block)) and view.block.indent == block.indent


def _widget_of(block: Block) -> type[BlockView]:
    if block.kind == "code":
        return CodeBlock
    return FormulaBlock if block.kind == "formula" else TextBlock
