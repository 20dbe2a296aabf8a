# SPDX-License-Identifier: Apache-2.0
"""The rules with their table, and what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ui.placement.presenter import PlacementPresenter
from ui.placement.rule_editor import RuleEditor
from ui.placement.rule_table import RuleTable
from ui.theme import Theme

if TYPE_CHECKING:
    from ktdesk.planning.shares import RuleMatches


class RulesPanel(QWidget):
    """Editor, buttons and table."""

    def __init__(
        self, presenter: PlacementPresenter, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self.editor = RuleEditor(theme, self)
        self._open, self._save, self.use = (QPushButton(self) for _ in range(3))
        self.table = RuleTable(self)
        self.use.setProperty("primary", True)
        self._open.clicked.connect(self._ask_what_to_open)
        self._save.clicked.connect(self._ask_where_to_save)
        self.use.clicked.connect(presenter.use)
        self.editor.edited.connect(presenter.edit)
        buttons = QHBoxLayout()
        for button in (self._open, self._save):
            buttons.addWidget(button)
        buttons.addStretch()
        buttons.addWidget(self.use)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.editor)
        column.addLayout(buttons)
        column.addWidget(self.table)
        presenter.rules.rewritten.connect(self._show_text)
        presenter.store.changed.connect(self._follow_mode)
        self._follow_mode()
        self.retranslate()
        self._show_text()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._open.setText(self.tr("Open…"))
        self._save.setText(self.tr("Save as…"))
        self.use.setText(self.tr("Use this placement"))
        self.use.setToolTip(self.tr("Loads the model with it; own rules are saved under its name."))

    def show_rules(self, matches: Sequence[RuleMatches]) -> None:
        """Show what the rules of the last plan place, and what is wrong with the present ones."""
        self.editor.show_error(self._presenter.error)
        self.table.show_matches(matches)
        self.table.setEnabled(self._presenter.error is None)
        self.use.setEnabled(self._presenter.can_use)

    @Slot()
    def _follow_mode(self) -> None:
        """Leave only the button to those who do not want rules."""
        is_advanced = self._presenter.store.settings.interface.advanced
        for widget in (self.editor, self._open, self._save, self.table):
            widget.setVisible(is_advanced)

    @Slot()
    def _show_text(self) -> None:
        self.editor.show_text(self._presenter.rules.text)

    @Slot()
    def _ask_what_to_open(self) -> None:
        dialog = self._dialog(self.tr("Open rules"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._open_file)
        dialog.open()

    @Slot()
    def _ask_where_to_save(self) -> None:
        dialog = self._dialog(self.tr("Save the rules"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("yaml")
        dialog.fileSelected.connect(self._save_file)
        dialog.open()

    def _dialog(self, title: str) -> QFileDialog:
        folder = str(self._presenter.rules.folder)
        dialog = QFileDialog(self, title, folder, self.tr("Rules (*.yaml *.yml)"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    @Slot(str)
    def _open_file(self, file: str) -> None:
        self._presenter.open_file(Path(file))

    @Slot(str)
    def _save_file(self, file: str) -> None:
        self._presenter.save_as(Path(file))
