# SPDX-License-Identifier: Apache-2.0
"""One code block of an answer: its language, a button that copies it, and the code."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from ui.theme import Theme, code_font
from ui.widgets.icon_button import IconButton

COPIED_MS = 1500  # how long the tick is shown


class CopyButton(IconButton):
    """Copies what `text` returns, and shows a tick for a moment."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, "copy", parent, colour="muted")
        self.setIconSize(QSize(16, 16))
        self.text_to_copy = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._show_copy)
        self.clicked.connect(self._copy)

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text_to_copy)
        self.show_icon("check")
        self._timer.start(COPIED_MS)

    @Slot()
    def _show_copy(self) -> None:
        self.show_icon("copy")


class _Code(QPlainTextEdit):
    """Read-only text that is as high as its lines, and scrolls sideways."""

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
        self.horizontalScrollBar().rangeChanged.connect(self.fit)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Scroll sideways only; up and down belongs to the conversation."""
        if event.angleDelta().x():
            super().wheelEvent(event)
        else:
            event.ignore()

    @Slot()
    def fit(self) -> None:
        """Take the height of the lines."""
        bar = self.horizontalScrollBar()
        below = bar.sizeHint().height() if bar.maximum() > 0 else 0
        lines = self.blockCount() * self.fontMetrics().lineSpacing()
        self.setFixedHeight(lines + 2 * int(self.document().documentMargin()) + below + 1)


class CodeBlock(QFrame):
    """Shows code as it is; it may still grow."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("codeBlock")
        head = QWidget(self)
        head.setObjectName("codeHead")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._language = QLabel(head)
        self._language.setObjectName("muted")
        self._copy = CopyButton(theme, head)
        self._copy.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        row = QHBoxLayout(head)
        row.setContentsMargins(14, 4, 6, 4)
        row.addWidget(self._language)
        row.addStretch()
        row.addWidget(self._copy)
        self._code = _Code(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self._code)
        self.retranslate()

    def show_code(self, code: str, language: str) -> None:
        """Show code that begins with what is shown already, or other code."""
        self._language.setText(language or self.tr("code"))
        old = self._copy.text_to_copy
        if code != old:
            if code.startswith(old):
                cursor = self._code.textCursor()
                cursor.movePosition(cursor.MoveOperation.End)
                cursor.insertText(code[len(old) :])
            else:
                self._code.setPlainText(code)
            self._copy.text_to_copy = code
        self._code.fit()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._copy.setText(self.tr("Copy"))
        self._copy.describe(self.tr("Copy the code"))
        self._code.setAccessibleName(self.tr("Code"))
