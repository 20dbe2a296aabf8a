# SPDX-License-Identifier: Apache-2.0
"""How Markdown looks in a QTextDocument: Qt reads it, this sets spacing, headings and code."""

from __future__ import annotations

from PySide6.QtGui import (
    QBrush,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrame,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)

from ui.theme import Theme, code_font

LINE_HEIGHT = 145.0  # percent
HEADING_SCALE = (1.45, 1.25, 1.1)  # of the three highest levels; the others are bold only
PARAGRAPH_GAP, ITEM_GAP, HEADING_GAP = 8.0, 3.0, 12.0
_FEATURES = (
    QTextDocument.MarkdownFeature.MarkdownDialectGitHub
    | QTextDocument.MarkdownFeature.MarkdownNoHTML
)


def set_markdown(document: QTextDocument, source: str, theme: Theme) -> None:
    """Show Markdown in a document; HTML in it is shown as the text that it is."""
    document.setMarkdown(source, _FEATURES)
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    block = document.begin()
    while block.isValid():
        _style_block(block, document.defaultFont(), theme)
        block = block.next()
    for frame in document.rootFrame().childFrames():
        _style_table(frame, theme)
    cursor.endEditBlock()
    _trim(document)


def _style_block(block: QTextBlock, font: QFont, theme: Theme) -> None:
    cursor = QTextCursor(block)
    form = QTextBlockFormat()
    in_table = bool(cursor.currentTable())
    if not in_table:
        kind = QTextBlockFormat.LineHeightTypes.ProportionalHeight
        form.setLineHeight(LINE_HEIGHT, kind.value)
    level = block.blockFormat().headingLevel()
    gap = ITEM_GAP if block.textList() else PARAGRAPH_GAP
    form.setTopMargin(HEADING_GAP if level else 0)
    form.setBottomMargin(0 if in_table else gap)
    cursor.mergeBlockFormat(form)
    for start, length, letters in _runs(block):
        cursor.setPosition(start)
        cursor.setPosition(start + length, QTextCursor.MoveMode.KeepAnchor)
        is_code = letters.fontFixedPitch()
        if level:
            _make_heading(letters, level, font)
        if is_code:
            _make_code(letters, font, theme)
        if level or is_code:
            cursor.setCharFormat(letters)


def _runs(block: QTextBlock) -> list[tuple[int, int, QTextCharFormat]]:
    """Return position, length and format of each run of letters that look alike."""
    runs: list[tuple[int, int, QTextCharFormat]] = []
    iterator = block.begin()
    while not iterator.atEnd():
        fragment = iterator.fragment()
        runs.append((fragment.position(), fragment.length(), fragment.charFormat()))
        iterator += 1
    return runs


def _make_heading(letters: QTextCharFormat, level: int, font: QFont) -> None:
    scale = HEADING_SCALE[level - 1] if level <= len(HEADING_SCALE) else 1.0
    letters.clearProperty(QTextCharFormat.Property.FontSizeAdjustment.value)  # far too large
    letters.setFontPointSize(font.pointSizeF() * scale)
    letters.setFontWeight(QFont.Weight.DemiBold)


def _make_code(letters: QTextCharFormat, font: QFont, theme: Theme) -> None:
    letters.setFontFamilies(code_font(1).families())
    letters.setFontPointSize(font.pointSizeF() * 0.92)  # monospaced letters look larger
    letters.setBackground(QBrush(theme.colour("code")))


def _style_table(frame: QTextFrame, theme: Theme) -> None:
    if not isinstance(frame, QTextTable):
        return
    form = frame.format().toTableFormat()
    form.setBorder(1)
    form.setBorderCollapse(True)
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    form.setBorderBrush(QBrush(theme.colour("border")))
    form.setCellPadding(6)
    form.setTopMargin(4)
    form.setBottomMargin(PARAGRAPH_GAP)
    form.setWidth(QTextLength())
    frame.setFormat(form)


def _trim(document: QTextDocument) -> None:
    """Take away the gap below the last line: the widgets' layout has its own."""
    form = QTextBlockFormat()
    form.setBottomMargin(0)
    QTextCursor(document.lastBlock()).mergeBlockFormat(form)
