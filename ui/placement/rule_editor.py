# SPDX-License-Identifier: Apache-2.0
"""The rules as text, in colours; what is wrong is said below, and its line is marked."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QTextCursor, QTextFormat
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from ktdesk.errors import PlacementError
from ui.error_texts import whole
from ui.placement.yaml_colours import YamlColours
from ui.theme import Theme, code_font

_LINES = 12  # that are seen at once


class RuleEditor(QWidget):
    """Emits `edited` with the text when the user types."""

    edited = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._error: PlacementError | None = None
        self.field, self._message = QPlainTextEdit(self), QLabel(self)
        self.field.setObjectName("rules")
        self.field.setTabChangesFocus(True)
        self.field.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.field.setFont(code_font(self.font().pointSizeF()))
        self.field.setFixedHeight(self.field.fontMetrics().lineSpacing() * _LINES + 24)
        self.field.textChanged.connect(self._on_text)
        self._colours = YamlColours(theme, self.field.document())
        self._message.setObjectName("ruleError")
        self._message.setWordWrap(True)
        self._message.hide()
        self.field.setAccessibleDescription("")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.field)
        column.addWidget(self._message)
        theme.changed.connect(self._mark)
        self.retranslate()

    def show_text(self, text: str) -> None:
        """Show other rules; this is no edit."""
        if text != self.field.toPlainText():
            self.field.blockSignals(True)
            self.field.setPlainText(text)
            self.field.blockSignals(False)

    def show_error(self, error: PlacementError | None) -> None:
        """Say what is wrong, and mark its line."""
        self._error = error
        self._message.setVisible(error is not None)
        text = whole(error) if error else ""
        self._message.setText(text)
        self.field.setAccessibleDescription(text)
        self._mark()

    @property
    def marked_lines(self) -> list[int]:
        """The lines that are marked, from 1 on."""
        return [mark.cursor.blockNumber() + 1 for mark in self.field.extraSelections()]

    @property
    def message(self) -> str:
        """What is said to be wrong."""
        return self._message.text()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.field.setAccessibleName(self.tr("Rules"))
        self.show_error(self._error)

    @Slot()
    def _on_text(self) -> None:
        self.edited.emit(self.field.toPlainText())

    @Slot()
    def _mark(self) -> None:
        line = self._error.line if self._error else 0
        block = self.field.document().findBlockByNumber(line - 1)
        marks: list[QTextEdit.ExtraSelection] = []
        if line and block.isValid():
            mark = QTextEdit.ExtraSelection()
            mark.cursor = QTextCursor(block)
            mark.format.setBackground(self._theme.colour("warning"))
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            marks.append(mark)
        self.field.setExtraSelections(marks)
