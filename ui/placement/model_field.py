# SPDX-License-Identifier: Apache-2.0
"""The choice of the model to plan: those that were found, and the one that is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from ktdesk.errors import format_bytes
from ui.placement.presenter import PlacementPresenter
from ui.widgets.still import keep_still

if TYPE_CHECKING:
    from ktdesk.library.shelf.model import LocalModel
    from ui.chat.model_presenter import ModelPresenter


class ModelField(QWidget):
    """Planning a model does not load it."""

    def __init__(
        self, presenter: PlacementPresenter, model: ModelPresenter, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._presenter, self._model = presenter, model
        self._title, self._choice = QLabel(self), QComboBox(self)
        self._choice.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._choice.setMinimumContentsLength(20)
        self._entries: dict[Path, str] = {}
        self._title.setBuddy(self._choice)
        keep_still(self._choice)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._title)
        row.addWidget(self._choice, 1)
        self._choice.activated.connect(self._choose)
        presenter.changed.connect(self.retranslate)
        model.found.connect(self._fill)
        self.retranslate()
        model.find()

    @Slot()
    def retranslate(self) -> None:
        """Say it in the present language, with the model that is planned in front."""
        self._title.setText(self.tr("Model"))
        self._choice.setAccessibleName(self.tr("Model to plan"))
        path, info = self._presenter.path, self._model.info
        if info and not info.address:  # what another machine computes is not planned here
            self._entries.setdefault(info.path, f"{info.name}   ({format_bytes(info.size_bytes)})")
        if path:
            self._entries.setdefault(path, path.stem)
        self._choice.clear()
        for file, name in self._entries.items():
            loaded = self.tr("{name}, loaded").format(name=name)
            is_loaded = info is not None and info.path == file
            self._choice.addItem(loaded if is_loaded else name, file)
        if path:
            self._choice.setCurrentIndex(list(self._entries).index(path))

    @Slot(list)
    def _fill(self, entries: list[LocalModel]) -> None:
        self._entries = {
            entry.path: f"{entry.name}   ({format_bytes(entry.size_bytes)})"
            for entry in entries
            if entry.files and not entry.problem
        }
        self.retranslate()

    @Slot(int)
    def _choose(self, at: int) -> None:
        self._presenter.show_model(list(self._entries)[at])
