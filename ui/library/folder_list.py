# SPDX-License-Identifier: Apache-2.0
"""The folders of models in a line each: what is free there, and a button for more."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from ktdesk.errors import format_bytes
from ktdesk.library.shelf.folders import FolderState, ModelFolder
from ui.library.folder_choice import ask_for_folder
from ui.library.places import Places
from ui.theme import Theme
from ui.widgets.elided_label import ElidedLabel
from ui.widgets.icon_button import IconButton


class FolderList(QWidget):
    """Removing one from the list leaves its files as they are."""

    def __init__(self, places: Places, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._places, self._theme = places, theme
        self._title, self.add = QLabel(self), QPushButton(self)
        self._title.setObjectName("heading")
        self.add.clicked.connect(self._ask)
        self._rows: list[QWidget] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(0, 1)
        self._grid.addWidget(self._title, 0, 0)
        self._grid.addWidget(self.add, 0, 1, 1, 2)
        places.changed.connect(self.retranslate)
        self.retranslate()

    @Slot()
    def retranslate(self) -> None:
        """Say it in the present language, and as things stand."""
        self._title.setText(self.tr("Folders"))
        self.add.setText(self.tr("Add a folder…"))
        for widget in self._rows:
            widget.hide()
            widget.deleteLater()
        self._rows.clear()
        for at, folder in enumerate(self._places.folders, 1):
            self._add_row(at, folder)

    def _add_row(self, at: int, folder: ModelFolder) -> None:
        free = self.tr("{free} free").format(free=format_bytes(folder.free_bytes))
        words = {
            FolderState.READY: free,
            FolderState.READ_ONLY: self.tr("{free}, read only").format(free=free),
            FolderState.UNREADABLE: self.tr("cannot be read"),
            FolderState.ABSENT: self.tr("not there: connect its disk"),
        }
        name = str(folder.path)
        if folder.gets_downloads:
            name = self.tr("{folder} · downloads go there").format(folder=name)
        where = ElidedLabel(self)
        where.say(name)
        for column, label in enumerate((where, QLabel(words[folder.state], self))):
            label.setObjectName("muted")
            self._rows.append(label)
            self._grid.addWidget(label, at, column)
        if not folder.is_own:
            remove = IconButton(self._theme, "close", self, colour="muted")
            remove.setObjectName("cardButton")
            about = self.tr("Remove {folder} from the list; its files stay")
            remove.describe(about.format(folder=folder.path))
            remove.clicked.connect(partial(self._places.remove, folder.path))
            self._rows.append(remove)
            self._grid.addWidget(remove, at, 2)

    @Slot()
    def _ask(self) -> None:
        ask_for_folder(self, self._places.add)
