# SPDX-License-Identifier: Apache-2.0
"""One code block of an answer: its language, a button that copies it, and the code."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent, QTextCursor, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ktdesk.rendering.cuts import Block
from ui.chat.code_colours import CodeColours
from ui.chat.copied import with_text
from ui.chat.wheel import is_sideways
from ui.theme import Theme, code_font
from ui.widgets.copy_button import CopyButton

LABEL = 40  # characters of the language that are shown


class CodeEditor(QPlainTextEdit):
    """Read-only text as high as its lines, which scrolls sideways. fitted: it has a height."""

    fitted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFont(code_font(self.font().pointSizeF()))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(12)
        self.document().setUndoRedoEnabled(False)
        self.horizontalScrollBar().rangeChanged.connect(self.fit)
        self._copier: Callable[[], str] | None = None

    def set_copier(self, copier: Callable[[], str]) -> None:
        """Say what is to be copied where more than this block is selected; '' where it is not."""
        self._copier = copier

    def createMimeDataFromSelection(self) -> QMimeData:  # noqa: N802, RUF100 - Qt's name
        """Copy the code, or what is selected of several blocks."""
        data = super().createMimeDataFromSelection()
        several = self._copier() if self._copier else ""
        return with_text(data, several) if several else data

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Scroll sideways only; up and down belongs to the conversation."""
        if is_sideways(event):
            super().wheelEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Lines that wrap do so elsewhere at another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()

    @Slot(bool)
    def set_wrapped(self, is_wrapped: bool) -> None:  # noqa: FBT001, RUF100 - a signal's argument
        """Wrap long lines, or let them be scrolled."""
        mode = QPlainTextEdit.LineWrapMode
        self.setLineWrapMode(mode.WidgetWidth if is_wrapped else mode.NoWrap)
        self.fit()

    @Slot()
    def fit(self) -> None:
        """Take the height of the lines."""
        bar = self.horizontalScrollBar()
        below = bar.sizeHint().height() if bar.maximum() > 0 else 0
        is_wrapped = self.lineWrapMode() is not QPlainTextEdit.LineWrapMode.NoWrap
        count = round(self.document().size().height()) if is_wrapped else self.blockCount()
        lines = count * self.fontMetrics().lineSpacing()
        self.setFixedHeight(lines + 2 * int(self.document().documentMargin()) + below + 1)
        self.fitted.emit()


class CodeBlock(QFrame):
    """Shows code as it is; it may still grow. It has colours once it is whole."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("codeBlock")
        self._block = Block("", "code")
        head = QWidget(self)
        head.setObjectName("codeHead")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._language = QLabel(head)
        self._language.setObjectName("muted")
        self._language.setTextFormat(Qt.TextFormat.PlainText)
        self._wrap = QToolButton(head)
        self._wrap.setCheckable(True)
        self._copy = CopyButton(theme, head)
        self._copy.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        row = QHBoxLayout(head)
        row.setContentsMargins(14, 4, 6, 4)
        row.addWidget(self._language)
        row.addStretch()
        row.addWidget(self._wrap)
        row.addWidget(self._copy)
        self._code = CodeEditor(self)
        self._colours = CodeColours(self._code.document(), theme)
        self._wrap.toggled.connect(self._code.set_wrapped)
        self._code.fitted.connect(self._fit)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self._code)
        theme.changed.connect(self._colour)
        self.retranslate()

    @property
    def block(self) -> Block:
        """What is shown."""
        return self._block

    @property
    def editor(self) -> CodeEditor:
        """What holds the code."""
        return self._code

    def show_block(self, block: Block) -> None:
        """Show code that begins with what is shown already, or other code."""
        if block == self._block:
            return
        old, self._block = self._block, block
        language = block.language[:LABEL]
        self._language.setText(language or self.tr("code"))
        if block.source.startswith(old.source):
            cursor = QTextCursor(self._code.document())
            cursor.movePosition(cursor.MoveOperation.End)
            cursor.insertText(block.source[len(old.source) :])
        else:
            self._code.setPlainText(block.source)
        self._copy.text_to_copy = block.source
        self._code.fit()
        self._colour()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._language.setText(self._block.language[:LABEL] or self.tr("code"))
        self._wrap.setText(self.tr("Wrap"))
        self._wrap.setToolTip(self.tr("Wrap long lines"))
        self._wrap.setAccessibleName(self._wrap.toolTip())
        self._copy.setText(self.tr("Copy"))
        self._copy.describe(self.tr("Copy the code"))
        self._code.setAccessibleName(self.tr("Code"))

    @Slot()
    def _fit(self) -> None:
        self._column.activate()
        self.setFixedHeight(self._column.totalSizeHint().height())

    @Slot()
    def _colour(self) -> None:
        if not self._block.is_open:
            self._colours.colour(self._block.source, self._block.language)
