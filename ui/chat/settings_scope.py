# SPDX-License-Identifier: Apache-2.0
"""Whether settings are changed for all models, or for the loaded one alone."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QRadioButton, QVBoxLayout, QWidget

from ui.chat.model_presenter import ModelPresenter


class SettingsScope(QWidget):
    """Hidden while nothing can be kept for a model. changed: the other one was chosen."""

    changed = Signal()

    def __init__(self, model: ModelPresenter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._all, self._one, self._name = QRadioButton(self), QRadioButton(self), QLabel(self)
        self._name.setObjectName("muted")
        self._name.setWordWrap(True)
        self._all.setChecked(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 4, 20, 8)
        for widget in (self._all, self._one, self._name):
            column.addWidget(widget)
        self._one.toggled.connect(self.changed)
        self._one.toggled.connect(self._name.setVisible)
        model.own.changed.connect(self._follow)
        self.retranslate()
        self._follow()

    @property
    def is_of_model(self) -> bool:
        """Whether the loaded model's own settings are meant."""
        return self._one.isChecked()

    def choose(self, *, is_of_model: bool) -> None:
        """Choose one, as the user does."""
        (self._one if is_of_model else self._all).setChecked(True)

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._all.setText(self.tr("For all models"))
        self._one.setText(self.tr("For this model"))

    @Slot()
    def _follow(self) -> None:
        can_change = self._model.own.can_change
        if not can_change:
            self._all.setChecked(True)
        self.setVisible(can_change)
        path = self._model.path
        self._name.setText(path.stem if path else "")
        self._name.setVisible(self.is_of_model)
