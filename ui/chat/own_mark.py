# SPDX-License-Identifier: Apache-2.0
"""Says below a setting that a model or a chat has its own, and takes that back."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget


class OwnMark(QWidget):
    """Hidden unless there is something to say. taken_back: it shall follow all models again."""

    taken_back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scope = "model"
        self._label = QLabel(self)
        self._label.setObjectName("heading")
        self._label.setWordWrap(True)
        self._label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._button = QPushButton(self)
        self._button.clicked.connect(self.taken_back)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._label, 1)
        row.addWidget(self._button)
        self.retranslate()
        self.hide()

    def say(self, *, is_of_model: bool) -> None:
        """Show it. is_of_model: the value above is the model's, else that of all."""
        self._say("model" if is_of_model else "all")

    def say_of_chat(self) -> None:
        """Show that the value above is the chat's."""
        self._say("chat")

    def retranslate(self) -> None:
        """Say it in the present language."""
        texts = {
            "model": self.tr("Only for this model"),
            "all": self.tr("The loaded model has its own"),
            "chat": self.tr("Only for this chat"),
        }
        follows = {
            "model": self.tr("Lets the model follow what is for all."),
            "all": self.tr("Lets the model follow what is for all."),
            "chat": self.tr("Lets the chat follow what is for all."),
        }
        self._label.setText(texts[self._scope])
        self._button.setText(self.tr("Take back"))
        self._button.setAccessibleDescription(follows[self._scope])

    def _say(self, scope: str) -> None:
        self._scope = scope
        self.retranslate()
        self.show()
