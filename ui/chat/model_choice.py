# SPDX-License-Identifier: Apache-2.0
"""The button that names the model, with a menu of those that were found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from ktdesk.errors import format_bytes
from ktdesk.settings import models_folder
from ui.chat.model_presenter import ModelPresenter
from ui.error_texts import say
from ui.theme import Theme
from ui.widgets.icon_button import IconButton

if TYPE_CHECKING:
    from ktdesk.library.shelf.model import LocalModel

translate = QCoreApplication.translate  # lupdate knows it by this name


class ModelChoice(IconButton):
    """Its menu is filled when it opens: the disk is the truth. below: commands after the models."""

    def __init__(
        self,
        model: ModelPresenter,
        below: tuple[QAction, ...],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, "model", parent, colour="muted")
        self.setObjectName("modelChoice")
        self.setIconSize(QSize(18, 18))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._model, self._below = model, below
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(model.find)
        self._menu.triggered.connect(self._choose)
        self.setMenu(self._menu)
        model.changed.connect(self.retranslate)
        model.found.connect(self._fill)
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
        add_models(self._menu, entries, info.path if info else None)
        if entries:
            self._menu.addSeparator()
        demo = self._menu.addAction(self.tr("Demo model"))
        demo.triggered.connect(self._model.load_demo)
        self._menu.addActions(self._below)

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        if isinstance(path := action.data(), Path):
            self._model.load(path)


def add_models(menu: QMenu, entries: list[LocalModel], current: Path | None) -> None:
    """Add models to a menu, each as an action with its path as data."""
    for entry in entries:
        size = format_bytes(entry.size_bytes) if entry.files else translate("ModelChoice", "remote")
        about = ", ".join(filter(None, (size, entry.owner.value)))
        action = menu.addAction(f"{_menu_text(entry.name)}   ({about})")
        action.setData(entry.path)
        action.setCheckable(True)
        action.setChecked(entry.path == current)
        action.setEnabled(not entry.problem)
        action.setToolTip(say(entry.problem) or str(entry.path))
    menu.setToolTipsVisible(True)


def ask_for_file(model: ModelPresenter, parent: QWidget, title: str, kinds: str) -> None:
    """Let the user choose a model file, and load it."""
    dialog = QFileDialog(parent, title, str(models_folder()), kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(model.load_file)
    dialog.open()


def _menu_text(name: str) -> str:
    """Return a name as a menu shows it: a single & would be a mnemonic."""
    return name.replace("&", "&&")
