# SPDX-License-Identifier: Apache-2.0
"""The keys that let programs in: by name, and one that was just made, shown this once."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ui.server.presenter import ServerPresenter
from ui.theme import Theme
from ui.widgets.copy_button import CopyButton
from ui.widgets.icon_button import IconButton

_MOST_NAME = 40


class KeysPanel(QFrame):
    """Lists keys, makes them and removes them."""

    def __init__(
        self, presenter: ServerPresenter, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sectionCard")
        self._presenter, self._theme = presenter, theme
        self._title, self._about = QLabel(self), QLabel(self)
        self._title.setObjectName("heading")
        self._about.setObjectName("muted")
        self._about.setWordWrap(True)
        self.name = QLineEdit(self)
        self.name.setMaxLength(_MOST_NAME)
        self.make = QPushButton(self)
        self.made = _MadeKey(theme, self)
        self._list = QVBoxLayout()
        self._rows: dict[str, QWidget] = {}
        row = QHBoxLayout()
        row.addWidget(self.name, 1)
        row.addWidget(self.make)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(10)
        column.addWidget(self._title)
        column.addWidget(self._about)
        column.addLayout(self._list)
        column.addLayout(row)
        column.addWidget(self.made)
        self.make.clicked.connect(self._make)
        self.name.returnPressed.connect(self._make)
        presenter.changed.connect(self._follow)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._title.setText(self.tr("Keys"))
        self.name.setPlaceholderText(self.tr("Name, such as that of a program"))
        self.name.setAccessibleName(self.tr("Name of the new key"))
        self.make.setText(self.tr("Make a key"))
        self.made.retranslate()
        for name, row in self._rows.items():
            for button in row.findChildren(IconButton):
                button.describe(self.tr("Remove the key {name}").format(name=name))
        self._follow()

    @Slot()
    def _follow(self) -> None:
        names = [key.name for key in self._presenter.keys]
        self._about.setText(self._explanation())
        for name in [name for name in self._rows if name not in names]:
            row = self._rows.pop(name)
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        for name in names:
            if name not in self._rows:
                self._rows[name] = self._row(name)
                self._list.addWidget(self._rows[name])

    def _explanation(self) -> str:
        if self._presenter.keys:
            return self.tr("Every request needs one of these. Only their hashes are kept.")
        if self._presenter.is_shut:
            return self.tr("The last key is gone: nobody comes in until the server starts again.")
        return self.tr("Without keys, every program of this computer may ask, and no other one.")

    def _row(self, name: str) -> QWidget:
        row = QWidget(self)
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        label = QLabel(name, row)
        remove = IconButton(self._theme, "bin", row, colour="muted")
        remove.describe(self.tr("Remove the key {name}").format(name=name))
        remove.clicked.connect(partial(self._remove, name))
        line.addWidget(label, 1)
        line.addWidget(remove)
        return row

    @Slot()
    def _make(self) -> None:
        if made := self._presenter.make_key(self.name.text().strip()):
            self.name.clear()
            self.made.show_key(*made)

    def _remove(self, name: str) -> None:
        self.made.forget()
        self._presenter.remove_key(name)


class _MadeKey(QWidget):
    """Shows a key until it is dismissed; then nothing of the program has it any more."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._name = ""
        self._about, self.text = QLabel(self), QLineEdit(self)
        self._about.setWordWrap(True)
        self.text.setReadOnly(True)
        self.copy, self.done = CopyButton(theme, self), QPushButton(self)
        self.done.clicked.connect(self.forget)
        row = QHBoxLayout()
        row.addWidget(self.text, 1)
        row.addWidget(self.copy)
        row.addWidget(self.done)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._about)
        column.addLayout(row)
        self.hide()

    def show_key(self, name: str, text: str) -> None:
        """Show a key, ready to be copied."""
        self._name = name
        self.text.setText(text)
        self.text.setCursorPosition(0)
        self.copy.text_to_copy = text
        self.retranslate()
        self.show()
        self.copy.setFocus()

    @Slot()
    def forget(self) -> None:
        """Show it no more."""
        self.text.clear()
        self.copy.text_to_copy = ""
        self.hide()

    def retranslate(self) -> None:
        """Say it in the present language."""
        about = self.tr("This is the key {name}. Copy it now: it is shown this once.")
        self._about.setText(about.format(name=self._name))
        self.text.setAccessibleName(self.tr("The new key"))
        self.copy.describe(self.tr("Copy the key"))
        self.done.setText(self.tr("Done"))
