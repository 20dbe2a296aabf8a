# SPDX-License-Identifier: Apache-2.0
"""One block of an answer that is no code: Markdown, as high as its text."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, QUrl, Signal, Slot
from PySide6.QtGui import (
    QFontMetricsF,
    QImage,
    QResizeEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextImageFormat,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QTextBrowser, QWidget

from ktdesk.rendering import formulas
from ktdesk.rendering.cuts import Block
from ktdesk.rendering.formulas import draw_formula
from ktdesk.rendering.html import OPENABLE, to_html
from ui.aio import in_thread, start
from ui.chat.copied import with_text
from ui.chat.formula_image import formula_image
from ui.chat.markdown_style import set_html
from ui.chat.wheel import is_sideways
from ui.theme import READING_SCALE, Theme, scaled

COLUMN = 130  # pixels of a table's column, at least, where the table is wider than the text
_PICTURE = re.compile(r"!\[[^\]]*\]\(formula:(\d+)[^)]*\)")


class TextBlock(QTextBrowser):
    """Shows Markdown. Nothing is ever fetched. link_clicked: an address of the web."""

    link_clicked = Signal(QUrl)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._block = theme, Block("")
        self._definitions: Mapping[str, str] = {}
        self._formulas: list[str] = []  # TeX, by the number of the picture
        self._copier: Callable[[], str] | None = None
        self._is_loading = False  # what draws formulas
        self._low: set[str] = set()  # pictures that end where letters do
        self.setOpenLinks(False)
        self.anchorClicked.connect(self._on_link)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.document().setDocumentMargin(0)
        self.document().setUndoRedoEnabled(False)
        self.document().setDefaultFont(scaled(self.font(), READING_SCALE))
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self.horizontalScrollBar().rangeChanged.connect(self._fit)
        theme.changed.connect(self._render)

    @property
    def block(self) -> Block:
        """What is shown."""
        return self._block

    def set_copier(self, copier: Callable[[], str]) -> None:
        """Say what is to be copied where more than this block is selected; '' where it is not."""
        self._copier = copier

    def show_block(self, block: Block, definitions: Mapping[str, str]) -> None:
        """Show other Markdown, or the same with other definitions."""
        if block == self._block and definitions == self._definitions:
            return
        self._block, self._definitions = block, definitions
        is_table = block.kind == "table"
        policy = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(
            policy.ScrollBarAsNeeded if is_table else policy.ScrollBarAlwaysOff
        )
        self._render()

    def selected_markdown(self) -> str:
        """Return what is selected, as Markdown; formulas in TeX."""
        cursor = self.textCursor()
        end = self.document().characterCount() - 1
        if cursor.selectionStart() == 0 and cursor.selectionEnd() == end:
            return source_of(self._block)
        text = cursor.selection().toMarkdown(QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
        return _PICTURE.sub(lambda match: self._tex(int(match[1])), text).strip("\n")

    def createMimeDataFromSelection(self) -> QMimeData:  # noqa: N802, RUF100 - Qt's name
        """Copy as Markdown, with what is selected in other blocks."""
        several = self._copier() if self._copier else ""
        return with_text(super().createMimeDataFromSelection(), several or self.selected_markdown())

    def loadResource(self, kind: int, name: QUrl | str) -> Any:  # noqa: N802, RUF100 - Qt's name
        """Return no picture, wherever it may be: an answer must not reach out of the window."""
        del kind, name
        return QImage()

    def sizeHint(self) -> QSize:  # noqa: N802, RUF100 - Qt's name
        """Return the size of the text."""
        size = self.document().size().toSize()
        return QSize(size.width(), size.height())

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Scroll sideways only; up and down belongs to the conversation."""
        if is_sideways(event):
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Keep the height that the text needs at this width."""
        self._set_width()
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Draw formulas anew where the display has other pixels."""
        if event.type() == QEvent.Type.DevicePixelRatioChange and self._formulas:
            self._render()
        return super().event(event)

    @Slot()
    def _render(self) -> None:
        self._formulas, self._low = [], set()
        self._set_width()
        html = to_html(self._block.source, self._definitions, self._show_formula)
        set_html(self.document(), html, self._theme)
        self._trim()
        if self._low:
            self._lower_pictures()
        self._fit()

    def _set_width(self) -> None:
        """Let a table with many columns be wider than the block."""
        columns = self._block.source.partition("\n")[0].count("|") + 1
        if self._block.kind == "table" and columns * COLUMN > self.width():
            self.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)
            self.setLineWrapColumnOrWidth(columns * COLUMN)
        else:
            self.setLineWrapMode(QTextBrowser.LineWrapMode.WidgetWidth)

    def _trim(self) -> None:
        """Take away the gap below the last line: the widgets' layout has its own."""
        cursor = self.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        form = cursor.blockFormat()
        form.setBottomMargin(0)
        cursor.setBlockFormat(form)

    def _show_formula(self, tex: str, is_inline: bool) -> str:  # noqa: FBT001, RUF100 - a callback
        """Return HTML for a formula, whose picture is kept in the document."""
        if not formulas.can_draw():
            self._load_formulas()
            return f"<code>{escape(tex)}</code>"
        metrics = QFontMetricsF(self.document().defaultFont(), self)
        size = metrics.height() * 0.78
        colour = self._theme.colour("text").name()
        formula = draw_formula(tex, size, colour, is_inline=is_inline)
        if formula is None:
            return f"<code>{escape(tex)}</code>"
        above, below, is_low = _room(formula.ascent, formula.descent, metrics)
        image = formula_image(formula, self.devicePixelRatioF(), above, below)
        name = f"formula:{len(self._formulas)}"
        self._formulas.append(f"${tex}$" if is_inline else f"$${tex}$$")
        if is_low:
            self._low.add(name)
        kind = QTextDocument.ResourceType.ImageResource.value
        self.document().addResource(kind, QUrl(name), image)
        width, height = math.ceil(formula.width), above + formula.ascent + formula.descent + below
        return (
            f'<img src="{name}" alt="{escape(tex)}" width="{width}" height="{height:.2f}" '
            'style="vertical-align: middle">'
        )

    def _load_formulas(self) -> None:
        if not self._is_loading:
            self._is_loading = True
            start(self, self._render_again())

    async def _render_again(self) -> None:
        await in_thread(lambda report: formulas.load())
        self._render()

    def _lower_pictures(self) -> None:
        """Let pictures end where letters do, which style sheets have no word for."""
        block = self.document().begin()
        while block.isValid():
            for first, length, form in _pictures(block):
                if form.name() in self._low:
                    form.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignBaseline)
                    cursor = QTextCursor(block)
                    cursor.setPosition(first)
                    cursor.setPosition(first + length, QTextCursor.MoveMode.KeepAnchor)
                    cursor.setCharFormat(form)
            block = block.next()

    def _tex(self, number: int) -> str:
        return self._formulas[number] if number < len(self._formulas) else ""

    @Slot()
    def _fit(self) -> None:
        bar = self.horizontalScrollBar()
        below = bar.sizeHint().height() if bar.maximum() > 0 else 0
        self.setFixedHeight(max(1, round(self.document().size().height() + 0.5)) + below)

    @Slot(QUrl)
    def _on_link(self, url: QUrl) -> None:
        if url.scheme() in OPENABLE:
            self.link_clicked.emit(url)


def source_of(block: Block) -> str:
    """Return the Markdown of a block."""
    match block.kind:
        case "code":
            marks = "`" * max(3, 1 + max(map(len, re.findall("`+", block.source)), default=0))
            return f"{marks}{block.language}\n{block.source}\n{marks}"
        case "formula":
            return f"$$\n{block.source}\n$$"
        case _:
            return block.source


def _pictures(block: QTextBlock) -> list[tuple[int, int, QTextImageFormat]]:
    found: list[tuple[int, int, QTextImageFormat]] = []
    iterator = block.begin()
    while not iterator.atEnd():
        fragment = iterator.fragment()
        if fragment.charFormat().isImageFormat():
            form = fragment.charFormat().toImageFormat()
            found.append((fragment.position(), fragment.length(), form))
        iterator += 1
    return found


def _room(ascent: float, descent: float, metrics: QFontMetricsF) -> tuple[float, float, bool]:
    """Return the room above and below a picture that puts it on the line, and whether it is low.

    A low one ends where letters do; Qt centres others at half the height of small letters.
    """
    if descent <= metrics.descent():
        return 0.0, metrics.descent() - descent, True
    half = metrics.xHeight() / 2
    height = max(2 * ascent - half, 2 * descent + half)
    return (height + half) / 2 - ascent, (height - half) / 2 - descent, False
