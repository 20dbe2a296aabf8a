# SPDX-License-Identifier: Apache-2.0
"""The choice of the folder that downloads go to, with the space that is free there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QPushButton, QWidget

from ktdesk.errors import format_bytes
from ktdesk.library.shelf.folders import FolderState, ModelFolder
from ui.library.places import Places


class FolderChoice(QWidget):
    """What is chosen is kept for the next download. changed: it, or the space there."""

    changed = Signal()

    def __init__(self, places: Places, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._places = places
        self._folders: list[ModelFolder] = []
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
    def folder(self) -> ModelFolder | None:
        """The folder that is chosen; None while none is known that could be."""
        at = self.field.currentIndex()
        return self._folders[at] if 0 <= at < len(self._folders) else None

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._title.setText(self.tr("Into"))
        self.field.setAccessibleName(self.tr("Folder of the download"))
        self._add.setText(self.tr("Another folder…"))
        self._fill()

    @Slot()
    def _fill(self) -> None:
        self._folders = [each for each in self._places.folders if each.state is FolderState.READY]
        self.field.clear()
        text = self.tr("{folder} ({free} free)")
        for each in self._folders:
            self.field.addItem(text.format(folder=each.path, free=format_bytes(each.free_bytes)))
        chosen = [at for at, each in enumerate(self._folders) if each.gets_downloads]
        self.field.setCurrentIndex(chosen[0] if chosen else 0)
        self.changed.emit()

    @Slot(int)
    def _choose(self, at: int) -> None:
        self._places.send_downloads_to(str(self._folders[at].path))

    @Slot()
    def _ask(self) -> None:
        ask_for_folder(self, self._places.send_downloads_to)


def ask_for_folder(parent: QWidget, take: Callable[[str], object]) -> None:
    """Let the user choose a folder of models."""
    title = QCoreApplication.translate("FolderChoice", "A folder for models")
    dialog = QFileDialog(parent, title)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(take)
    dialog.open()
