# SPDX-License-Identifier: Apache-2.0
"""The third step: the folders of models, and what is in them."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ktdesk.errors import format_bytes
from ktdesk.settings import models_folder
from ui.error_texts import say
from ui.wizard.parts import SPACING, Card, Column, label
from ui.wizard.presenter import WizardPresenter
from ui.wizard.survey import Place


class FoldersStep(QWidget):
    """Folders with their free space, a button for more, and the models that were found."""

    def __init__(self, wizard: WizardPresenter, parent: QWidget) -> None:
        super().__init__(parent)
        self._wizard = wizard
        self._folders, self._found = Column(self), Column(self)
        self._add = QPushButton(self)
        self._add.clicked.connect(self._ask)
        row = QHBoxLayout()
        row.addWidget(self._add)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addWidget(self._folders)
        column.addLayout(row)
        column.addSpacing(SPACING)
        column.addWidget(self._found)
        column.addStretch()

    def title(self) -> str:
        """Return the heading."""
        return self.tr("Where models live")

    def intro(self) -> str:
        """Return what the step is about."""
        return self.tr("KTDesk looks for models here; nothing is moved or changed.")

    def refresh(self) -> None:
        """Say it in the present language, and as things stand."""
        self._add.setText(self.tr("Add a folder…"))
        places = self._wizard.places
        if places is None:
            self._folders.fill(label(self.tr("Looking…"), "muted"))
            self._found.fill()
            return
        self._folders.fill(*map(self._folder, places.folders))
        count = len(places.entries)
        found = self.tr("Models found: {count}") if count else self.tr("No models were found yet.")
        rows = [
            label(
                f"{entry.name}   ({format_bytes(entry.size_bytes)}) {say(entry.problem)}", "muted"
            )
            for entry in places.entries
        ]
        self._found.fill(label(found.format(count=count), "heading"), *rows)

    def _folder(self, place: Place) -> Card:
        free = self.tr("{free} free").format(free=format_bytes(place.free_bytes))
        is_own = place.folder == models_folder()
        text = self.tr("KTDesk's own folder · {free}").format(free=free) if is_own else free
        card = Card(label(str(place.folder), "heading"), text)
        if not is_own:
            remove = QPushButton(self.tr("Remove from the list"))
            remove.clicked.connect(partial(self._wizard.remove_folder, place.folder))
            card.column.addWidget(remove, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    @Slot()
    def _ask(self) -> None:
        dialog = QFileDialog(self, self.tr("A folder with models"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._wizard.add_folder)
        dialog.open()
