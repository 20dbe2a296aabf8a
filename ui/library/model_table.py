# SPDX-License-Identifier: Apache-2.0
"""The models of this machine as a table, sorted and filtered by a proxy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QSortFilterProxyModel, Qt

from ktdesk.errors import format_bytes
from ktdesk.library.shelf.model import LocalModel, Owner
from ktdesk.library.shelf.state import Condition
from ui.library.model_words import CONDITION_ICONS, condition_text, explanation
from ui.theme import Theme
from ui.widgets.row_table import Index, RowTable

SORT_ROLE = Qt.ItemDataRole.UserRole + 1


class Column(IntEnum):
    """What is said of a model."""

    NAME = 0
    STATE = 1
    SIZE = 2
    ARCHITECTURE = 3
    FOLDER = 4


class ModelTable(RowTable[LocalModel]):
    """A row for each model; work under way on one is said in place of its state."""

    columns, numbers = Column, (Column.SIZE,)

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(theme, parent)
        self._works: Mapping[Path, str] = {}
        self._loaded: Path | None = None

    def show_models(
        self, models: Sequence[LocalModel], works: Mapping[Path, str], loaded: Path | None
    ) -> None:
        """Show models. works: what is being done, by path. loaded: the one that answers."""
        before, old_works, old_loaded = self._rows, self._works, self._loaded
        if [model.path for model in models] != [model.path for model in before]:
            self._exchange(models, works, loaded)
            return
        self._rows, self._works, self._loaded = models, dict(works), loaded
        for at, (old, new) in enumerate(zip(before, models, strict=True)):
            is_same_work = old_works.get(new.path) == works.get(new.path)
            if old != new or not is_same_work or (new.path == old_loaded) != (new.path == loaded):
                self.tell(at, at)

    def titles(self) -> Sequence[str]:
        """Return the titles of the columns."""
        return (
            self.tr("Name"), self.tr("State"), self.tr("Size"), self.tr("Architecture"),
            self.tr("Folder"),
        )  # fmt: skip

    def text(self, row: LocalModel, column: int) -> str:
        """Return what a column says of a model."""
        match Column(column):
            case Column.NAME:
                loaded = self.tr("{name} · loaded").format(name=row.name)
                return loaded if row.path == self._loaded else row.name
            case Column.STATE:
                return self._works.get(row.path) or condition_text(row)
            case Column.SIZE:
                return format_bytes(row.size_bytes) if row.size_bytes else ""
            case Column.ARCHITECTURE:
                return row.architecture
            case Column.FOLDER:
                if row.owner is Owner.KTDESK:
                    return str(row.path.parent)
                text = self.tr("{program}: {folder}")
                return text.format(program=row.owner.value, folder=row.path.parent)

    def look(self, row: LocalModel, column: int, role: int) -> Any:
        """Return the icon and colour of its state, all about it, and what it is sorted by."""
        match role:
            case Qt.ItemDataRole.DecorationRole if column == Column.STATE:
                return self._theme.icon(*CONDITION_ICONS[row.condition])
            case Qt.ItemDataRole.ForegroundRole if column == Column.STATE:
                return self._theme.colour(CONDITION_ICONS[row.condition][1])
            case Qt.ItemDataRole.ToolTipRole:
                return f"{row.path}\n{explanation(row)}"
            case _ if role == SORT_ROLE:
                return _sort_key(row, Column(column))
            case _:
                return None

    def _exchange(
        self, models: Sequence[LocalModel], works: Mapping[Path, str], loaded: Path | None
    ) -> None:
        """Show other models; what is selected stays selected, if it is still there."""
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        paths = [self._rows[index.row()].path for index in kept]
        self._rows, self._works, self._loaded = models, dict(works), loaded
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
        model = self._table.row_at(source_row)
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
