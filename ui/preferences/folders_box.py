# SPDX-License-Identifier: Apache-2.0
"""Where KTDesk keeps what it keeps, with a button that opens each folder."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from ktdesk.settings import (
    cache_folder,
    config_file,
    data_folder,
    log_folder,
    models_folder,
    placements_folder,
)
from ui.preferences.section_box import SectionBox


class FoldersBox(SectionBox):
    """The folders can be looked into; KTDESK_HOME puts all of them elsewhere."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__((), parent)
        self._folders = (
            data_folder(), models_folder(), placements_folder(), config_file().parent,
            log_folder(), cache_folder(),
        )  # fmt: skip
        self._names = [QLabel(self) for _ in self._folders]
        self.buttons = [QPushButton(self) for _ in self._folders]
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        rows = zip(self._folders, self._names, self.buttons, strict=True)
        for at, (folder, name, button) in enumerate(rows):
            path = QLabel(str(folder), self)
            path.setObjectName("muted")
            path.setWordWrap(True)
            path.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            button.clicked.connect(partial(open_folder, folder))
            for column, widget in enumerate((name, path, button)):
                grid.addWidget(widget, at, column)
        self.column.addLayout(grid)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        note = self.tr("The variable KTDESK_HOME puts all of them below one folder, as on a stick.")
        self.say(self.tr("Folders"), note)
        texts = (
            self.tr("Chats and downloads"), self.tr("Models"), self.tr("Placements"),
            self.tr("Settings"), self.tr("Logs"), self.tr("What can be had again"),
        )  # fmt: skip
        for name, button, text in zip(self._names, self.buttons, texts, strict=True):
            name.setText(text)
            button.setText(self.tr("Open"))
            button.setAccessibleName(self.tr("Open the folder: {name}").format(name=text))


def open_folder(folder: Path) -> None:
    """Show a folder in the system's own program; it is made if it is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
