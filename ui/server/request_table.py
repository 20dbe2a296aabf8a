# SPDX-License-Identifier: Apache-2.0
"""The last requests as a table, newest first. It looks at nothing unless it is told to."""

from __future__ import annotations

import time
from collections.abc import Sequence
from enum import IntEnum
from http import HTTPStatus
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ktdesk.server.visits import Visit
from ui.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
_APIS = {"openai": "OpenAI", "ollama": "Ollama", "anthropic": "Anthropic"}
_BAD = 400


class Column(IntEnum):
    """What is said of a request."""

    TIME = 0
    CLIENT = 1
    API = 2
    REQUEST = 3
    MODEL = 4
    TOKENS = 5
    SPEED = 6
    STATUS = 7


_RIGHT = (Column.TOKENS, Column.SPEED)


class RequestTable(QAbstractTableModel):
    """A row for each request that is kept."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[Visit] = []
        self._open: set[int] = set()  # numbers of those that may still change
        theme.changed.connect(self.retranslate)

    def show_visits(self, visits: Sequence[Visit]) -> None:
        """Show requests, given oldest first; only what is new or still changes costs anything."""
        newest = self._rows[0].number if self._rows else 0
        fresh = [visit for visit in reversed(visits) if visit.number > newest]
        if fresh:
            self.beginInsertRows(QModelIndex(), 0, len(fresh) - 1)
            self._rows[:0] = fresh
            self.endInsertRows()
        if len(self._rows) > len(visits):
            self.beginRemoveRows(QModelIndex(), len(visits), len(self._rows) - 1)
            del self._rows[len(visits) :]
            self.endRemoveRows()
        was_open = self._open
        self._open = {visit.number for visit in self._rows if not visit.status}
        for row, visit in enumerate(self._rows):
            if visit.number in was_open:
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(Column) - 1))

    def visit_at(self, row: int) -> Visit | None:
        """Return the request of a row."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def retranslate(self) -> None:
        """Say it in the present language and colours."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Column) - 1)
        if self._rows:
            last = self.index(len(self._rows) - 1, len(Column) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802, RUF100 - Qt's name
        """Return the number of requests."""
        return 0 if parent.isValid() else len(self._rows)

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
                self.tr("Time"), self.tr("Client"), self.tr("API"), self.tr("Request"),
                self.tr("Model"), self.tr("Tokens"), self.tr("Tokens/s"), self.tr("Status"),
            )[section]  # fmt: skip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(Column(section))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a role asks for."""
        if not index.isValid():
            return None
        visit, column = self._rows[index.row()], Column(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(visit, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _side(column)
            case Qt.ItemDataRole.ForegroundRole if column is Column.STATUS:
                return self._theme.colour("error_text" if visit.status >= _BAD else "text")
            case Qt.ItemDataRole.ToolTipRole:
                return self._text(visit, column)
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(filter(None, (self._text(visit, each) for each in Column)))
            case _:
                return None

    def _text(self, visit: Visit, column: Column) -> str:
        match column:
            case Column.TIME:
                return time.strftime("%H:%M:%S", time.localtime(visit.began))
            case Column.CLIENT:
                return visit.client
            case Column.API:
                return _APIS[visit.api]
            case Column.REQUEST:
                return visit.what
            case Column.MODEL:
                return visit.model
            case Column.TOKENS:
                if not visit.prompt_tokens:
                    return ""
                return f"{visit.prompt_tokens} → {visit.answer_tokens}"
            case Column.SPEED:
                return f"{visit.tokens_per_s:.1f}" if visit.tokens_per_s else ""
            case Column.STATUS:
                return self._status(visit)

    def _status(self, visit: Visit) -> str:
        if not visit.status:
            return self.tr("under way")
        words = {
            200: self.tr("answered"),
            400: self.tr("wrong request"),
            401: self.tr("no key"),
            403: self.tr("not allowed"),
            404: self.tr("not there"),
            499: self.tr("client has gone"),
            503: self.tr("busy"),
        }
        known = visit.status in list(HTTPStatus)
        phrase = HTTPStatus(visit.status).phrase if known else ""
        text = words.get(visit.status, phrase)
        seconds = f"{visit.seconds:.1f} s"
        return f"{visit.status} {text}, {seconds}" if visit.model else f"{visit.status} {text}"


def _side(column: Column) -> Qt.AlignmentFlag:
    flags = Qt.AlignmentFlag
    return (flags.AlignRight if column in _RIGHT else flags.AlignLeft) | flags.AlignVCenter
