# SPDX-License-Identifier: Apache-2.0
"""Says above the prompt that it holds the text of an earlier message, to be changed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget


class EditBar(QFrame):
    """Hidden unless a message is being edited. `cancelled`: it shall stay as it is."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("undoBar")
        self._is_question = True
        self._label = QLabel(self)
        self._label.setWordWrap(True)
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.button = QPushButton(self)
        self.button.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 6, 6)
        row.addWidget(self._label, 1)
        row.addWidget(self.button)
        self.retranslate()
        self.hide()

    def start(self, *, is_question: bool) -> None:
        """Say what happens with the text."""
        self._is_question = is_question
        self.retranslate()
        self.show()

    def retranslate(self) -> None:
        """Say it in the present language."""
        question = self.tr("You edit an earlier question: Enter asks it again, as a version.")
        answer = self.tr("You edit an answer: Enter keeps the text as a version of it.")
        self._label.setText(question if self._is_question else answer)
        self.button.setText(self.tr("Cancel"))
