# SPDX-License-Identifier: Apache-2.0
"""Snippets to copy, of a kind that is chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from ui.server.presenter import ServerPresenter
from ui.server.snippets import KINDS, snippet
from ui.theme import Theme, code_font
from ui.widgets.copy_button import CopyButton

_LINES = 13


class SnippetsPanel(QFrame):
    """Shows how the present model is asked at the present address."""

    def __init__(
        self, presenter: ServerPresenter, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sectionCard")
        self._presenter = presenter
        self._title, self.kinds = QLabel(self), QComboBox(self)
        self._title.setObjectName("heading")
        for kind in KINDS:
            self.kinds.addItem(kind, kind)
        self.copy = CopyButton(theme, self)
        self.code = QPlainTextEdit(self)
        self.code.setObjectName("rules")
        self.code.setReadOnly(True)
        self.code.setTabChangesFocus(True)
        self.code.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.code.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.code.setFont(code_font(self.font().pointSizeF()))
        self.code.setFixedHeight(self.code.fontMetrics().lineSpacing() * _LINES + 24)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.kinds)
        head.addWidget(self.copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.addLayout(head)
        column.addWidget(self.code)
        self.kinds.currentIndexChanged.connect(self._show)
        presenter.changed.connect(self._show)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._title.setText(self.tr("Ask from a program"))
        self.kinds.setAccessibleName(self.tr("Kind of program"))
        self.code.setAccessibleName(self.tr("What to paste"))
        self.copy.describe(self.tr("Copy"))
        names = (self.tr("curl"), self.tr("Python with openai"), self.tr("Python with ollama"))
        for at, name in enumerate(names):
            self.kinds.setItemText(at, name)
        self._show()

    @Slot()
    def _show(self) -> None:
        now = self._presenter
        port = now.store.settings.server.port
        text = snippet(
            self.kinds.currentData(),
            now.address or f"http://127.0.0.1:{port}",
            now.model_name or self.tr("MODEL"),
            has_keys=bool(now.keys),
        )
        if text != self.code.toPlainText():
            self.code.setPlainText(text)
            self.copy.text_to_copy = text
