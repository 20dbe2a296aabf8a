# SPDX-License-Identifier: Apache-2.0
"""Markdown that may grow, as widgets below one another. Only what can change is shown anew."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, QUrl, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.chat.block_selection import BlockSelection, BlockView
from ui.chat.code_block import CodeBlock
from ui.chat.formula_block import FormulaBlock
from ui.chat.markdown_blocks import MarkdownBlocks
from ui.chat.markdown_cuts import Block
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
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACING)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

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
        for at in (*(at for at in changed if at < first), *range(first, len(blocks))):
            self._show(at, blocks[at])
        self._drop_from(len(blocks))

    @property
    def has_selection(self) -> bool:
        """Whether anything is selected."""
        return self._selection.has_any

    def settle(self) -> None:
        """Take the heights of the blocks at the present width at once, not with the next event."""
        self._column.activate()

    def _show(self, at: int, block: Block) -> None:
        if at < len(self._views) and not _fits(self._views[at], block):
            self._drop_from(at)
        if at == len(self._views):
            view = _widget_of(block)(self._theme, self)
            if isinstance(view, TextBlock):
                view.link_clicked.connect(self.link_clicked)
            self._selection.watch(view)
            self._views.append(view)
            row = QHBoxLayout()
            row.addSpacing(block.indent * INDENT)
            row.addWidget(view)
            self._column.addLayout(row)
        view = self._views[at]
        if isinstance(view, TextBlock):
            view.show_block(block, self._markdown.definitions)
        else:
            view.show_block(block)

    def _drop_from(self, first: int) -> None:
        for view in self._views[first:]:
            self._column.takeAt(first)
            view.hide()
            view.deleteLater()
        del self._views[first:]

    def minimumSizeHint(self) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Return no width: what is too wide scrolls."""
        return QSize(0, super().minimumSizeHint().height())


def _fits(view: BlockView, block: Block) -> bool:
    return isinstance(view, _widget_of(block)) and view.block.indent == block.indent


def _widget_of(block: Block) -> type[BlockView]:
    if block.kind == "code":
        return CodeBlock
    return FormulaBlock if block.kind == "formula" else TextBlock
