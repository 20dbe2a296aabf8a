# SPDX-License-Identifier: Apache-2.0
"""The button that names the model of one chat, with a menu to give it one of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from ui.chat.model_button import ModelButton
from ui.chat.model_presenter import ModelPresenter
from ui.chat.own_chat import OwnChat
from ui.theme import Theme

if TYPE_CHECKING:
    from ktdesk.library.shelf.model import LocalModel

BESIDE = 56  # pixels beside the name: icon, arrow, padding


class PaneModel(ModelButton):
    """Of the model of one chat.

    own: what the chat has for itself, at the moment of asking; who knows of changes retranslates.
    """

    def __init__(
        self,
        own: Callable[[], OwnChat],
        model: ModelPresenter,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(model, theme, parent, icon_size=15)
        self.setObjectName("paneModel")
        self._own = own
        self._widest = 0
        self.retranslate()
        self._fill([])

    def limit(self, width: int) -> None:
        """Take no more than a width."""
        if width != self._widest:
            self._widest = width
            self.retranslate()

    @Slot()
    def retranslate(self) -> None:
        """Say it in the present language, and as things stand."""
        path = self._own().choices.model or self._model.chosen
        name = path.stem if path else self.tr("No model")
        room = self._widest - BESIDE if self._widest else 10_000
        elided = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
        if self.text() != f"{elided}  ▾":
            self.setText(f"{elided}  ▾")
        self.describe(self.tr("Choose the model of this chat"))
        self.setAccessibleName(self.tr("Model of this chat: {name}").format(name=name))

    @Slot(list)
    def _fill(self, entries: list[LocalModel]) -> None:
        self._menu.clear()
        follow = self._menu.addAction(self.tr("The model that is chosen at the top"))
        follow.setData(False)
        follow.setCheckable(True)
        follow.setChecked(self._own().choices.model is None)
        if entries:
            self._menu.addSeparator()
        self._add_models(entries, self._own().choices.model)

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        path = action.data()
        self._own().use_model(path if isinstance(path, Path) else None)
