# SPDX-License-Identifier: Apache-2.0
"""What was found, as a list of virtual rows: thousands cost no more than those on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ui.library.amounts import tokens_text
from ui.widgets.fits import fit_text

BATCH = 100  # rows that the view is given at a time, as it is scrolled

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


@dataclass(frozen=True, slots=True)
class HitRow:
    """A model that can be had, or a heading of those below it.

    id: of what it stands for; '' for a heading. about: what else is said of it. fit: a code of
    `ktdesk.planning`, '' while it is not known. low, high: tokens per second of an answer.
    """

    id: str
    title: str
    about: str = ""
    fit: str = ""
    low: float = 0.0
    high: float = 0.0


class HitRole(IntEnum):
    """What the delegate asks for."""

    ABOUT = Qt.ItemDataRole.UserRole + 1
    FIT = Qt.ItemDataRole.UserRole + 2
    SPEED = Qt.ItemDataRole.UserRole + 3
    IS_HEADING = Qt.ItemDataRole.UserRole + 4


class HitList(QAbstractListModel):
    """Rows, handed to the view in batches."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[HitRow] = ()
        self._given = 0

    def show_rows(self, rows: Sequence[HitRow]) -> None:
        """Show other rows; of rows with the same ids only what has changed."""
        if [row.id for row in rows] == [row.id for row in self._rows]:
            self._change(rows)
            return
        self.beginResetModel()
        self._rows = rows
        self._given = min(BATCH, len(rows))
        self.endResetModel()

    def row(self, index: Index) -> HitRow | None:
        """Return the row at an index."""
        return self._rows[index.row()] if index.isValid() else None

    def find(self, id_: str) -> QModelIndex:
        """Return where the row with an id is; it is given to the view if it was not."""
        for at, row in enumerate(self._rows):
            if id_ and row.id == id_:
                self._give(at + 1)
                return self.index(at)
        return QModelIndex()

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802, RUF100 - Qt's name
        """Return how many the view knows of."""
        return 0 if parent.isValid() else self._given

    def canFetchMore(self, parent: Index) -> bool:  # noqa: N802, RUF100 - Qt's name
        """Return whether there are more."""
        return not parent.isValid() and self._given < len(self._rows)

    def fetchMore(self, parent: Index) -> None:  # noqa: N802, RUF100 - Qt's name
        """Give the view the next batch."""
        if self.canFetchMore(parent):
            self._give(self._given + BATCH)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Return what can be done with a row: headings are not chosen."""
        row = self.row(index)
        if row and not row.id:
            return Qt.ItemFlag.ItemIsEnabled
        return super().flags(index)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a role asks for."""
        row = self.row(index)
        if row is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.title
            case Qt.ItemDataRole.ToolTipRole:
                return "\n".join((row.title, row.about)) if row.id else None
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(filter(None, _texts(row)))
            case HitRole.ABOUT:
                return row.about
            case HitRole.FIT:
                return row.fit
            case HitRole.SPEED:
                return tokens_text(row.low, row.high)
            case HitRole.IS_HEADING:
                return not row.id
            case _:
                return None

    def _change(self, rows: Sequence[HitRow]) -> None:
        before, self._rows = self._rows, rows
        for at in range(self._given):
            if before[at] != rows[at]:
                self.dataChanged.emit(self.index(at), self.index(at))

    def _give(self, count: int) -> None:
        count = min(count, len(self._rows))
        if count > self._given:
            self.beginInsertRows(QModelIndex(), self._given, count - 1)
            self._given = count
            self.endInsertRows()


def _texts(row: HitRow) -> tuple[str, ...]:
    fit = fit_text(row.fit) if row.fit else ""
    return row.title, row.about, fit, tokens_text(row.low, row.high)
