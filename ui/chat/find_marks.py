# SPDX-License-Identifier: Apache-2.0
"""Marks words in the blocks of an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QTextEdit

from ui.chat.block_selection import BlockView
from ui.chat.code_block import CodeBlock, CodeEditor
from ui.chat.text_block import TextBlock
from ui.theme import Theme


def mark_words(views: Sequence[BlockView], words: str, chosen: int, theme: Theme) -> int | None:
    """Mark words wherever they are, one place more than the others; '' takes the marks away.

    chosen: the number of that place; the last one there is, if there are fewer. Returns how far
    below the first block it is, in pixels, or None if the words are nowhere.
    """
    editors = [(view, editor) for view in views if (editor := _editor(view))]
    places = [(at, cursor) for at, each in enumerate(editors) for cursor in _find(each[1], words)]
    chosen = min(chosen, len(places) - 1)
    for at, (_, editor) in enumerate(editors):
        marks = [
            _mark(cursor, theme, is_chosen=number == chosen)
            for number, (where, cursor) in enumerate(places)
            if where == at
        ]
        if marks or editor.extraSelections():
            editor.setExtraSelections(marks)
    if not places:
        return None
    at, cursor = places[chosen]
    view, editor = editors[at]
    top = editor.cursorRect(QTextCursor(cursor)).top()
    return view.y() + editor.mapTo(view, editor.viewport().pos()).y() + top


def _editor(view: BlockView) -> TextBlock | CodeEditor | None:
    if isinstance(view, CodeBlock):
        return view.editor
    return view if isinstance(view, TextBlock) else None


def _find(editor: TextBlock | CodeEditor, words: str) -> Iterator[QTextCursor]:
    cursor = editor.document().find(words) if words else QTextCursor()
    while not cursor.isNull():
        yield QTextCursor(cursor)
        cursor = editor.document().find(words, cursor)


def _mark(cursor: QTextCursor, theme: Theme, *, is_chosen: bool) -> QTextEdit.ExtraSelection:
    mark = QTextEdit.ExtraSelection()
    mark.cursor = cursor  # pyright: ignore[reportAttributeAccessIssue] - a property
    mark.format.setBackground(theme.colour("accent" if is_chosen else "selection"))  # pyright: ignore[reportAttributeAccessIssue]
    mark.format.setForeground(theme.colour("on_accent" if is_chosen else "text"))  # pyright: ignore[reportAttributeAccessIssue]
    return mark
