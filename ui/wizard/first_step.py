# SPDX-License-Identifier: Apache-2.0
"""The last step: which model to begin with."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from ktdesk.errors import format_bytes
from ktdesk.settings import models_folder
from ui.widgets.fits import fit_text
from ui.wizard.parts import SPACING, Card, Column, label
from ui.wizard.presenter import WizardPresenter
from ui.wizard.survey import Places, suggestion

if TYPE_CHECKING:
    from ktdesk.library.shelf.model import LocalModel


class FirstStep(QWidget):
    """The demo model, those that were found, or any file."""

    def __init__(self, wizard: WizardPresenter, parent: QWidget) -> None:
        super().__init__(parent)
        self._wizard = wizard
        self._choices = Column(self)
        self._shown: dict[Path | None, tuple[str, str]] = {}
        self._buttons: dict[Path | None, QRadioButton] = {}
        self._open = QPushButton(self)
        self._open.clicked.connect(self._ask)
        self._discover, self._more = QPushButton(self), label("", "muted")
        self._discover.clicked.connect(wizard.discover)
        row = QHBoxLayout()
        row.addWidget(self._open)
        row.addWidget(self._discover)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addWidget(self._choices)
        column.addLayout(row)
        column.addWidget(self._more)
        column.addStretch()

    def title(self) -> str:
        """Return the heading."""
        return self.tr("First model")

    def intro(self) -> str:
        """Return what the step is about."""
        return self.tr("You can change it at any time, at the top left.")

    def refresh(self) -> None:
        """Say it in the present language, and as things stand. The focus stays where it is."""
        self._open.setText(self.tr("Open a file…"))
        self._discover.setText(self.tr("Find a model to fetch…"))
        good = suggestion(self._wizard.prospects or ())
        text = self.tr(
            "{name}, for one, has {size} to fetch. The demo model can be tried meanwhile."
        )
        size = format_bytes(good.size_bytes) if good else ""
        self._more.setText(text.format(name=good.name, size=size) if good else "")
        choices = self._all()
        if choices != self._shown:
            self._shown = choices
            self._buttons = {path: _button(*words) for path, words in choices.items()}
            cards = [Card(self._buttons[path], text) for path, (_, text) in choices.items()]
            self._choices.fill(*cards)
            self._group = QButtonGroup(self._choices)  # the one before goes with its buttons
            for path, button in self._buttons.items():
                self._group.addButton(button)
                button.clicked.connect(partial(self._wizard.choose, path))
        self._buttons[self._wizard.choice].setChecked(True)

    def _all(self) -> dict[Path | None, tuple[str, str]]:
        """Return name and description of what can be chosen."""
        demo = self.tr("Small and quick, with simple answers. It is fetched once, about 100 MB.")
        choices: dict[Path | None, tuple[str, str]] = {None: (self.tr("Demo model"), demo)}
        if places := self._wizard.places:
            usable = (entry for entry in places.entries if not entry.problem)
            choices |= {entry.path: (entry.name, _about(entry, places)) for entry in usable}
        chosen = self._wizard.choice
        if chosen and chosen not in choices:
            choices[chosen] = (chosen.stem, str(chosen))
        return choices

    @Slot()
    def _ask(self) -> None:
        folder, kinds = str(models_folder()), self.tr("Models (*.gguf)")
        dialog = QFileDialog(self, self.tr("Open a model"), folder, kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._wizard.choose_file)
        dialog.open()


def _about(entry: LocalModel, places: Places) -> str:
    fit = places.fits.get(entry.path)
    parts = [fit_text(fit)] if fit else []
    return " · ".join([*parts, format_bytes(entry.size_bytes), str(entry.path)])


def _button(name: str, description: str) -> QRadioButton:
    button = QRadioButton(name)
    button.setAccessibleDescription(description)
    return button
