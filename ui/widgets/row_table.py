# SPDX-License-Identifier: Apache-2.0
"""The model of a table with a row for each of some things."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import IntEnum
from typing import Any, ClassVar, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()

Row = TypeVar("Row")


class RowTable(QAbstractTableModel, Generic[Row]):
    """Who derives says the titles, the texts, and what other roles ask for; and sets the rows.

    columns: what is said of a row. numbers: those columns that stand at the right.
    """

    columns: ClassVar[type[IntEnum]]
    numbers: ClassVar[Collection[int]]

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: Sequence[Row] = ()
        theme.changed.connect(self.retranslate)

    def titles(self) -> Sequence[str]:
        """Return the titles of the columns, in the present language."""
        raise NotImplementedError

    def text(self, row: Row, column: int) -> str:
        """Return what a column says of a row."""
        raise NotImplementedError

    def look(self, row: Row, column: int, role: int) -> Any:
        """Return what any other role asks for; None for nothing."""
        raise NotImplementedError

    def spoken(self, row: Row) -> Iterable[str]:
        """Return what is read out of a row; empty texts are left out."""
        return (self.text(row, column) for column in self.columns)

    def row_at(self, at: int) -> Row | None:
        """Return the thing of a row."""
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def tell(self, first: int, last: int) -> None:
        """Say that rows have changed, but not which things they are of."""
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def retranslate(self) -> None:
        """Say it in the present language, with the icons and colours of the present theme."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)
        if self._rows:
            self.tell(0, len(self._rows) - 1)

    def rowCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802, RUF100 - Qt's name
        """Return the number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:  # noqa: N802, RUF100 - Qt's name
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self.columns)

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
            return self.titles()[section]
        return self._side(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a role asks for."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.text(row, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return self._side(column)
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(filter(None, self.spoken(row)))
            case _:
                return self.look(row, column, role)

    def _side(self, column: int) -> Qt.AlignmentFlag:
        sides = Qt.AlignmentFlag
        return (
            sides.AlignRight if column in self.numbers else sides.AlignLeft
        ) | sides.AlignVCenter
