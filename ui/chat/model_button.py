# SPDX-License-Identifier: Apache-2.0
"""A button that names a model, with a menu of those that were found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QSize, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from ktdesk.errors import format_bytes
from ui.chat.model_presenter import ModelPresenter
from ui.error_texts import say
from ui.theme import Theme
from ui.widgets.icon_button import IconButton

if TYPE_CHECKING:
    from ktdesk.library.shelf.model import LocalModel

translate = QCoreApplication.translate  # lupdate knows it by this name


class ModelButton(IconButton):
    """Its menu is filled when it opens: the disk is the truth.

    Who derives says what is named, what the menu holds, and what a choice does. icon_size: in
    pixels.
    """

    def __init__(
        self, model: ModelPresenter, theme: Theme, parent: QWidget | None, *, icon_size: int
    ) -> None:
        super().__init__(theme, "model", parent, colour="muted")
        self.setIconSize(QSize(icon_size, icon_size))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._model = model
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(model.find)
        self._menu.triggered.connect(self._choose)
        self.setMenu(self._menu)
        # PySide does not end these by itself while Python still knows the button.
        links = [model.changed.connect(self.retranslate), model.found.connect(self._fill)]
        self.destroyed.connect(lambda: [QObject.disconnect(link) for link in links])

    @Slot()
    def retranslate(self) -> None:
        """Say it in the present language, and as things stand."""
        raise NotImplementedError

    @Slot(list)
    def _fill(self, entries: list[LocalModel]) -> None:
        raise NotImplementedError

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        raise NotImplementedError

    def _add_models(self, entries: list[LocalModel], current: Path | None) -> None:
        """Add models to the menu, each as an action with its path as data."""
        for entry in entries:
            remote = translate("ModelChoice", "remote")
            size = format_bytes(entry.size_bytes) if entry.files else remote
            about = ", ".join(filter(None, (size, entry.owner.value)))
            action = self._menu.addAction(f"{_menu_text(entry.name)}   ({about})")
            action.setData(entry.path)
            action.setCheckable(True)
            action.setChecked(entry.path == current)
            action.setEnabled(not entry.problem)
            action.setToolTip(say(entry.problem) or str(entry.path))


def _menu_text(name: str) -> str:
    """Return a name as a menu shows it: a single & would be a mnemonic."""
    return name.replace("&", "&&")
