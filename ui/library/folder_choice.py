# SPDX-License-Identifier: Apache-2.0
"""The choice of the folder that a download goes to, with the space that is free there."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QPushButton, QWidget

from ktdesk.errors import format_bytes
from ui.library.places import Place, Places


class FolderChoice(QWidget):
    """The one with the most space is chosen until the user chooses. chosen: by anybody."""

    chosen = Signal()

    def __init__(self, places: Places, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._places = places
        self._users: Path | None = None
        self._title, self.field, self._add = QLabel(self), QComboBox(self), QPushButton(self)
        self.field.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.field.setMinimumContentsLength(16)
        self._title.setBuddy(self.field)
        self.field.activated.connect(self._choose)
        self._add.clicked.connect(self._ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._title)
        row.addWidget(self.field, 1)
        row.addWidget(self._add)
        places.changed.connect(self._fill)
        self.retranslate()

    @property
    def place(self) -> Place | None:
        """The folder that is chosen; None while none is known."""
        at = self.field.currentIndex()
        return self._places.places[at] if 0 <= at < len(self._places.places) else None

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._title.setText(self.tr("Into"))
        self.field.setAccessibleName(self.tr("Folder of the download"))
        self._add.setText(self.tr("Another folder…"))
        self._fill()

    @Slot()
    def _fill(self) -> None:
        self.field.clear()
        places = self._places.places
        for place in places:
            text = self.tr("{folder} ({free} free)")
            self.field.addItem(
                text.format(folder=place.folder, free=format_bytes(place.free_bytes))
            )
        folders = [place.folder for place in places]
        if self._users in folders:
            self.field.setCurrentIndex(folders.index(self._users))
        elif places:
            most = max(places, key=lambda place: place.free_bytes)
            self.field.setCurrentIndex(places.index(most))
        self.chosen.emit()

    @Slot(int)
    def _choose(self, at: int) -> None:
        self._users = self._places.places[at].folder
        self.chosen.emit()

    @Slot()
    def _ask(self) -> None:
        ask_for_folder(self, self._places)


def ask_for_folder(parent: QWidget, places: Places) -> None:
    """Let the user add a folder of models."""
    dialog = QFileDialog(parent, QCoreApplication.translate("FolderChoice", "A folder for models"))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(places.add)
    dialog.open()
