# SPDX-License-Identifier: Apache-2.0
"""A selection that goes over several blocks, and is copied as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QTextCursor
from PySide6.QtWidgets import QWidget

from ui.chat.code_block import CodeBlock, CodeEditor
from ui.chat.formula_block import FormulaBlock
from ui.chat.text_block import TextBlock, source_of

BlockView = TextBlock | CodeBlock | FormulaBlock
_WATCHED = {
    QEvent.Type.KeyPress,
    QEvent.Type.ShortcutOverride,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
}
_Editor = TextBlock | CodeEditor


class BlockSelection(QObject):
    """Watches the mouse and the keys of blocks. views: returns all of them, in order."""

    def __init__(self, views: Callable[[], Sequence[BlockView]], parent: QWidget) -> None:
        super().__init__(parent)
        self._views = views
        self._anchor: _Editor | None = None

    @property
    def has_any(self) -> bool:
        """Whether anything is selected."""
        return any(_has_selection(view) for view in self._views())

    def watch(self, view: BlockView) -> None:
        """Let a block take part."""
        editor = _editor(view)
        if editor is not None:
            editor.installEventFilter(self)
            editor.viewport().installEventFilter(self)
            editor.set_copier(self.markdown_of_several)

    def markdown_of_several(self) -> str:
        """Return what is selected, if that is more than one block; else ''."""
        views = self._selected()
        return "\n\n".join(_markdown(view) for view in views) if len(views) > 1 else ""

    def select_all(self) -> None:
        """Select every block."""
        for editor in self._editors():
            editor.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, RUF100 - Qt's
        """Follow the mouse from block to block; select all on its key."""
        if event.type() not in _WATCHED:
            return False
        if isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.SelectAll):
            if event.type() == QEvent.Type.KeyPress:
                self.select_all()
            return True
        editor = watched.parent()
        if isinstance(event, QMouseEvent) and isinstance(editor, TextBlock | CodeEditor):
            return self._on_mouse(editor, event)
        return False

    def _on_mouse(self, editor: _Editor, event: QMouseEvent) -> bool:
        is_left = event.button() == Qt.MouseButton.LeftButton
        if event.type() == QEvent.Type.MouseButtonPress and is_left:
            self._anchor = editor
            self._clear(but=editor)
        is_held = bool(event.buttons() & Qt.MouseButton.LeftButton)
        if event.type() == QEvent.Type.MouseMove and is_held and self._anchor is editor:
            return self._extend(editor, event.globalPosition().toPoint())
        return False

    def _extend(self, anchor: _Editor, place: QPoint) -> bool:
        """Select from the block where it began to the mouse; return whether that is another one."""
        editors = self._editors()
        target = _nearest(editors, place)
        if target is None or target is anchor:
            self._clear(but=anchor)
            return False
        first, last = editors.index(anchor), editors.index(target)
        is_down = first < last
        for at, editor in enumerate(editors):
            if min(first, last) < at < max(first, last):
                editor.selectAll()
            elif editor not in (anchor, target):
                _deselect(editor)
        edge = QTextCursor.MoveOperation
        cursor = anchor.textCursor()
        cursor.setPosition(cursor.anchor())
        cursor.movePosition(edge.End if is_down else edge.Start, QTextCursor.MoveMode.KeepAnchor)
        anchor.setTextCursor(cursor)
        position = target.cursorForPosition(target.viewport().mapFromGlobal(place)).position()
        cursor = target.textCursor()
        cursor.movePosition(edge.Start if is_down else edge.End)
        cursor.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
        target.setTextCursor(cursor)
        return True

    def _clear(self, *, but: _Editor) -> None:
        for editor in self._editors():
            if editor is not but:
                _deselect(editor)

    def _editors(self) -> list[_Editor]:
        return [editor for view in self._views() if (editor := _editor(view)) is not None]

    def _selected(self) -> list[BlockView]:
        """Return the blocks with something selected, and the formulas between them."""
        views = self._views()
        chosen = [at for at, view in enumerate(views) if _has_selection(view)]
        if not chosen:
            return []
        return list(views[chosen[0] : chosen[-1] + 1])


def _editor(view: BlockView) -> _Editor | None:
    if isinstance(view, CodeBlock):
        return view.editor
    return view if isinstance(view, TextBlock) else None


def _has_selection(view: BlockView) -> bool:
    editor = _editor(view)
    return editor is not None and editor.textCursor().hasSelection()


def _deselect(editor: _Editor) -> None:
    cursor = editor.textCursor()
    if cursor.hasSelection():
        cursor.clearSelection()
        editor.setTextCursor(cursor)


def _nearest(editors: Sequence[_Editor], place: QPoint) -> _Editor | None:
    """Return the editor at the height of a place, or the one whose edge is nearest."""

    def distance(editor: _Editor) -> int:
        y = editor.viewport().mapFromGlobal(place).y()
        return max(0, -y, y - editor.viewport().height())

    return min(editors, key=distance, default=None)


def _markdown(view: BlockView) -> str:
    if isinstance(view, TextBlock):
        return view.selected_markdown()
    if isinstance(view, CodeBlock):
        selected = view.editor.textCursor().selectedText().replace("\u2029", "\n")
        is_whole = selected == view.block.source
        return source_of(view.block) if is_whole else selected
    return source_of(view.block)
