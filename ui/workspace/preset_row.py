# SPDX-License-Identifier: Apache-2.0
"""Takes up a preset for a chat, keeps what the chat has as one, and deletes presets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QInputDialog,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ktdesk.chats.presets import Preset, Presets
from ui.chat.own_chat import OwnChat
from ui.kept_chats import KeptChats


class PresetRow(QWidget):
    """own: what the chat has for itself, at the moment of asking."""

    def __init__(self, own: Callable[[], OwnChat], kept: KeptChats, parent: QWidget) -> None:
        super().__init__(parent)
        self._own, self._kept = own, kept
        self._presets = Presets(kept.store.chats)
        self.choice = QComboBox(self)
        self.choice.activated.connect(self._use)
        self.save, self.delete = QPushButton(self), QPushButton(self)
        self.save.clicked.connect(self._ask_name)
        self.delete.clicked.connect(self._delete)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.save, 1)
        row.addWidget(self.delete)
        column.addWidget(self.choice)
        column.addLayout(row)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language, with the presets that there are."""
        self._fill("")
        self.choice.setAccessibleName(self.tr("Preset"))
        self.save.setText(self.tr("Keep as a preset…"))
        self.save.setToolTip(self.tr("Keeps instructions and settings of this chat as a preset"))
        self.delete.setText(self.tr("Delete"))
        self.delete.setToolTip(self.tr("Deletes the preset that is chosen"))

    def keep(self, name: str) -> None:
        """Keep what the chat has under a name."""
        own = self._own()
        preset = Preset(name, own.instructions, dict(own.choices.sampling))
        self._kept.attempt(lambda: self._presets.keep(preset))
        self._fill(name)

    def _fill(self, chosen: str) -> None:
        self.choice.clear()
        self.choice.addItem(self.tr("Take up a preset…"))
        for preset in self._kept.attempt(self._presets.all) or []:
            self.choice.addItem(preset.name, preset)
        self.choice.setCurrentIndex(max(0, self.choice.findText(" ".join(chosen.split()))))
        self.delete.setEnabled(self.choice.currentIndex() > 0)

    @Slot(int)
    def _use(self, at: int) -> None:
        preset = self.choice.itemData(at)
        if isinstance(preset, Preset):
            own = self._own()
            own.take(preset.instructions, replace(own.choices, sampling=dict(preset.sampling)))
        self.delete.setEnabled(at > 0)

    @Slot()
    def _ask_name(self) -> None:
        name, is_meant = QInputDialog.getText(
            self, self.tr("Keep a preset"), self.tr("Name of the preset")
        )
        if is_meant and name.strip():
            self.keep(name)

    @Slot()
    def _delete(self) -> None:
        name = self.choice.currentText()
        self._kept.attempt(lambda: self._presets.delete(name))
        self._fill("")
