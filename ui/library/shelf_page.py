# SPDX-License-Identifier: Apache-2.0
"""The page My models: what is on this machine, how it is, and what can be done with it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ktdesk.errors import KTDeskError
from ktdesk.library.shelf.state import Condition
from ui.error_texts import say
from ui.library.broken_moves import BrokenMoves
from ui.library.downloads_panel import DownloadsPanel
from ui.library.folder_list import FolderList
from ui.library.model_actions import ModelActions
from ui.library.model_table import Column, ModelFilter, ModelTable
from ui.library.model_words import condition_name, explain_text, work_text
from ui.library.places import Places
from ui.library.shelf_presenter import ShelfPresenter
from ui.theme import Theme
from ui.widgets.banner import ErrorBanner
from ui.widgets.tables import show_rows

_WIDTHS = {Column.STATE: 190, Column.SIZE: 90, Column.ARCHITECTURE: 120, Column.FOLDER: 260}


class ShelfPage(QWidget):
    """A table with a line about the selected model and its actions, and the folders below."""

    def __init__(
        self,
        presenter: ShelfPresenter,
        actions: ModelActions,
        places: Places,
        downloads: DownloadsPanel,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._presenter, self._places = presenter, places
        self.field, self.conditions = QLineEdit(self), QComboBox(self)
        self.banner, self.moves = ErrorBanner(theme, self), BrokenMoves(theme, self)
        self.models = ModelTable(theme, self)
        self.shown = ModelFilter(self.models, self)
        self.table = QTableView(self)
        self._state, self._about = QLabel(self), QLabel(self)
        self.actions_row = actions
        self.folders = FolderList(places, theme, self)
        self.downloads = downloads
        self._loaded: Path | None = None
        self._set_up_table()
        self._lay_out()
        self._connect()
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.field.setPlaceholderText(self.tr("Filter by name, architecture or folder"))
        self.field.setAccessibleName(self.tr("Filter the models"))
        self.conditions.setAccessibleName(self.tr("State"))
        self.table.setAccessibleName(self.tr("Models on this machine"))
        self._fill_conditions()
        self.models.retranslate()
        self.moves.retranslate()
        self._refresh()

    def show_loaded(self, path: Path | None) -> None:
        """Mark the model that answers."""
        self._loaded = path
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Look again: the disk is the truth."""
        super().showEvent(event)
        self._presenter.look()
        self._places.look()
        self.moves.look()

    @Slot()
    def _refresh(self) -> None:
        now = self._presenter
        works = {path: work_text(each) for path, each in now.works.items()}
        self.models.show_models(now.models or (), works, self._loaded)
        self._show_state()
        self._follow_selection()

    @Slot()
    def _filter(self) -> None:
        self.shown.want(self.field.text(), self.conditions.currentData())
        self._show_state()
        self._follow_selection()

    def _show_state(self) -> None:
        now = self._presenter
        text = ""
        if now.models is None:
            text = self.tr("Looking for models…")
        elif not now.models:
            text = self.tr("There is no model yet. Discover has many; or add a folder with some.")
        elif not self.shown.rowCount():
            text = self.tr("No model is like that.")
        unreadable = [f"{path}: {say(reason)}" for path, reason in now.unreadable.items()]
        self._state.setText("\n".join(filter(None, (text, *unreadable))))
        self._state.setVisible(bool(self._state.text()))

    @Slot()
    def _follow_selection(self) -> None:
        rows = self.table.selectionModel().selectedRows()
        model = self.models.row_at(self.shown.mapToSource(rows[0]).row()) if rows else None
        work = self._presenter.works.get(model.path) if model else None
        self.actions_row.show_model(
            model, work, is_loaded=bool(model and model.path == self._loaded)
        )
        self._about.setText(explain_text(model) if model else "")
        self._about.setVisible(model is not None)

    def _fill_conditions(self) -> None:
        chosen = self.conditions.currentData()
        self.conditions.blockSignals(True)
        self.conditions.clear()
        self.conditions.addItem(self.tr("Every state"), None)
        for condition in Condition:
            self.conditions.addItem(condition_name(condition), condition)
        at = self.conditions.findData(chosen)
        self.conditions.setCurrentIndex(max(0, at))
        self.conditions.blockSignals(False)

    @Slot(object)
    def _show_error(self, error: KTDeskError) -> None:
        if self.isVisible():  # else another page tells of it
            self.banner.show_error(error)

    @Slot()
    def _find(self) -> None:
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def _connect(self) -> None:
        self._presenter.changed.connect(self._refresh)
        for failed in (self._presenter.failed, self._places.failed, self.downloads.failed):
            failed.connect(self._show_error)
        self.moves.ended.connect(self._presenter.look)
        self.field.textChanged.connect(self._filter)
        self.conditions.activated.connect(self._filter)
        self.table.selectionModel().selectionChanged.connect(self._follow_selection)
        self.table.activated.connect(self.actions_row.load)
        self.table.customContextMenuRequested.connect(self.actions_row.open_menu)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._find)

    def _set_up_table(self) -> None:
        table = self.table
        show_rows(table, self.shown)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.setSortingEnabled(True)
        table.sortByColumn(Column.NAME, Qt.SortOrder.AscendingOrder)
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            header.resizeSection(column, width)

    def _lay_out(self) -> None:
        for label in (self._state, self._about):
            label.setObjectName("muted")
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.field.setClearButtonEnabled(True)
        self.conditions.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        head = QHBoxLayout()
        head.addWidget(self.field, 1)
        head.addWidget(self.conditions)
        column = QVBoxLayout()
        column.setContentsMargins(20, 12, 20, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.banner)
        column.addWidget(self.moves)
        column.addWidget(self._state)
        column.addWidget(self.table, 1)
        column.addWidget(self._about)
        column.addWidget(self.actions_row)
        column.addWidget(self.folders)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(column, 1)
        whole.addWidget(self.downloads)
