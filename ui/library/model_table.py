# SPDX-License-Identifier: Apache-2.0
"""The models of this machine as a table, sorted and filtered by a proxy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)

from ktdesk.errors import format_bytes
from ktdesk.library.shelf.model import LocalModel, Owner, explain
from ktdesk.library.shelf.state import Condition
from ui.library.model_words import CONDITION_ICONS, condition_text
from ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
SORT_ROLE = Qt.ItemDataRole.UserRole + 1
_SIDES = {True: Qt.AlignmentFlag.AlignRight, False: Qt.AlignmentFlag.AlignLeft}


class Column(IntEnum):
    """What is said of a model."""

    NAME = 0
    STATE = 1
    SIZE = 2
    ARCHITECTURE = 3
    FOLDER = 4


class ModelTable(QAbstractTableModel):
    """A row for each model; work under way on one is said in place of its state."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._models: Sequence[LocalModel] = ()
        self._works: Mapping[Path, str] = {}
        self._loaded: Path | None = None
        theme.changed.connect(self.retranslate)

    def show_models(
        self, models: Sequence[LocalModel], works: Mapping[Path, str], loaded: Path | None
    ) -> None:
        """Show models. works: what is being done, by path. loaded: the one that answers."""
        before, old_works, old_loaded = self._models, self._works, self._loaded
        if [model.path for model in models] != [model.path for model in before]:
            self._exchange(models, works, loaded)
            return
        self._models, self._works, self._loaded = models, dict(works), loaded
        for at, (old, new) in enumerate(zip(before, models, strict=True)):
            is_same_work = old_works.get(new.path) == works.get(new.path)
            if old != new or not is_same_work or (new.path == old_loaded) != (new.path == loaded):
                self.dataChanged.emit(self.index(at, 0), self.index(at, len(Column) - 1))

    def model_at(self, row: int) -> LocalModel | None:
        """Return the model of a row."""
        return self._models[row] if 0 <= row < len(self._models) else None

    def retranslate(self) -> None:
        """Say it in the present language, with the icons of the present theme."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Column) - 1)
        if self._models:
            last = self.index(len(self._models) - 1, len(Column) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802, RUF100 - Qt's name
        """Return the number of models."""
        return 0 if parent.isValid() else len(self._models)

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802, RUF100 - Qt's name
        """Return the number of columns."""
        return 0 if parent.isValid() else len(Column)

    def headerData(  # noqa: N802, RUF100 - Qt's name
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Return the title of a column."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (
                self.tr("Name"), self.tr("State"), self.tr("Size"), self.tr("Architecture"),
                self.tr("Folder"),
            )[section]  # fmt: skip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _SIDES[section == Column.SIZE] | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a role asks for."""
        if not index.isValid():
            return None
        model, column = self._models[index.row()], Column(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(model, column)
            case Qt.ItemDataRole.DecorationRole if column is Column.STATE:
                return self._theme.icon(*CONDITION_ICONS[model.condition])
            case Qt.ItemDataRole.ForegroundRole if column is Column.STATE:
                return self._theme.colour(CONDITION_ICONS[model.condition][1])
            case Qt.ItemDataRole.TextAlignmentRole:
                return _SIDES[column is Column.SIZE] | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.ToolTipRole:
                return f"{model.path}\n{' '.join(explain(model))}".strip()
            case Qt.ItemDataRole.AccessibleTextRole:
                texts = (self._text(model, each) for each in Column)
                return ", ".join(filter(None, texts))
            case _ if role == SORT_ROLE:
                return _sort_key(model, column)
            case _:
                return None

    def _text(self, model: LocalModel, column: Column) -> str:
        match column:
            case Column.NAME:
                loaded = self.tr("{name} · loaded").format(name=model.name)
                return loaded if model.path == self._loaded else model.name
            case Column.STATE:
                return self._works.get(model.path) or condition_text(model)
            case Column.SIZE:
                return format_bytes(model.size_bytes) if model.size_bytes else ""
            case Column.ARCHITECTURE:
                return model.architecture
            case Column.FOLDER:
                if model.owner is Owner.KTDESK:
                    return str(model.path.parent)
                text = self.tr("{program}: {folder}")
                return text.format(program=model.owner.value, folder=model.path.parent)

    def _exchange(
        self, models: Sequence[LocalModel], works: Mapping[Path, str], loaded: Path | None
    ) -> None:
        """Show other models; what is selected stays selected, if it is still there."""
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        paths = [self._models[index.row()].path for index in kept]
        self._models, self._works, self._loaded = models, dict(works), loaded
        rows = {model.path: at for at, model in enumerate(models)}
        for index, path in zip(kept, paths, strict=True):
            at = rows.get(path, -1)
            moved = self.index(at, index.column()) if at >= 0 else QModelIndex()
            self.changePersistentIndex(index, moved)
        self.layoutChanged.emit()


class ModelFilter(QSortFilterProxyModel):
    """Rows whose texts contain all words, and whose condition is wanted."""

    def __init__(self, table: ModelTable, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self._words: list[str] = []
        self._condition: Condition | None = None
        self.setSourceModel(table)
        self.setSortRole(SORT_ROLE)
        self.setDynamicSortFilter(True)

    def want(self, words: str, condition: Condition | None) -> None:
        """Show only these; None is every condition."""
        self.beginFilterChange()
        self._words, self._condition = words.casefold().split(), condition
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(  # noqa: N802, RUF100 - Qt's name
        self, source_row: int, source_parent: Index
    ) -> bool:
        """Return whether a row is shown."""
        del source_parent
        model = self._table.model_at(source_row)
        if model is None or self._condition not in (None, model.condition):
            return False
        text = f"{model.name} {model.architecture} {model.path} {model.owner.value}".casefold()
        return all(word in text for word in self._words)


def _sort_key(model: LocalModel, column: Column) -> Any:
    match column:
        case Column.NAME:
            return model.name.casefold()
        case Column.STATE:
            return list(Condition).index(model.condition)
        case Column.SIZE:
            return model.size_bytes / 1.0
        case Column.ARCHITECTURE:
            return model.architecture
        case Column.FOLDER:
            return str(model.path.parent)
