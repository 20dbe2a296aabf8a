# SPDX-License-Identifier: Apache-2.0
"""The button that names the model of the window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QWidget

from ktdesk.settings import models_folder
from ui.chat.model_button import ModelButton
from ui.chat.model_presenter import ModelPresenter
from ui.theme import Theme

if TYPE_CHECKING:
    from ktdesk.library.shelf.model import LocalModel


class ModelChoice(ModelButton):
    """Of the model of the window. below: commands after the models."""

    def __init__(
        self,
        model: ModelPresenter,
        below: tuple[QAction, ...],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(model, theme, parent, icon_size=18)
        self.setObjectName("modelChoice")
        self._below = below
        self.retranslate()
        self._fill([])

    @Slot()
    def retranslate(self) -> None:
        """Say it in the present language, and as things stand."""
        info = self._model.info
        name = info.name if info else self.tr("Loading…")
        if not info and not self._model.is_busy:
            name = self.tr("Choose a model")
        self.setText(f"{name}  ▾")
        self.describe(self.tr("Choose the model"))
        self.setAccessibleName(self.tr("Model: {name}").format(name=name))

    @Slot(list)
    def _fill(self, entries: list[LocalModel]) -> None:
        self._menu.clear()
        info = self._model.info
        self._add_models(entries, info.path if info else None)
        if entries:
            self._menu.addSeparator()
        demo = self._menu.addAction(self.tr("Demo model"))
        demo.triggered.connect(self._model.load_demo)
        self._menu.addActions(self._below)

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        if isinstance(path := action.data(), Path):
            self._model.load(path)


def ask_for_file(model: ModelPresenter, parent: QWidget, title: str, kinds: str) -> None:
    """Let the user choose a model file, and load it."""
    dialog = QFileDialog(parent, title, str(models_folder()), kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(model.load_file)
    dialog.open()
