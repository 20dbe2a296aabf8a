# SPDX-License-Identifier: Apache-2.0
"""Says below a setting that the loaded model has its own, and takes that back."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget


class OwnMark(QWidget):
    """Hidden unless there is something to say. taken_back: it shall follow all models again."""

    taken_back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_of_model = True
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
        self._is_of_model = is_of_model
        self.retranslate()
        self.show()

    def retranslate(self) -> None:
        """Say it in the present language."""
        of_model, of_all = self.tr("Only for this model"), self.tr("The loaded model has its own")
        self._label.setText(of_model if self._is_of_model else of_all)
        self._button.setText(self.tr("Take back"))
        self._button.setAccessibleDescription(self.tr("Lets the model follow what is for all."))
