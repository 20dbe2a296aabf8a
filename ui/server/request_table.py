# SPDX-License-Identifier: Apache-2.0
"""The last requests as a table, newest first. It looks at nothing unless it is told to."""

from __future__ import annotations

import time
from collections.abc import Sequence
from enum import IntEnum
from http import HTTPStatus
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt

from ktdesk.server.visits import Visit
from ui.theme import Theme
from ui.widgets.row_table import RowTable

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


class RequestTable(RowTable[Visit]):
    """A row for each request that is kept."""

    columns, numbers = Column, (Column.TOKENS, Column.SPEED)

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(theme, parent)
        self._open: set[int] = set()  # numbers of those that may still change

    def show_visits(self, visits: Sequence[Visit]) -> None:
        """Show requests, given oldest first; only what is new or still changes costs anything."""
        newest = self._rows[0].number if self._rows else 0
        fresh = [visit for visit in reversed(visits) if visit.number > newest]
        if fresh:
            self.beginInsertRows(QModelIndex(), 0, len(fresh) - 1)
            self._rows = [*fresh, *self._rows]
            self.endInsertRows()
        if len(self._rows) > len(visits):
            self.beginRemoveRows(QModelIndex(), len(visits), len(self._rows) - 1)
            self._rows = self._rows[: len(visits)]
            self.endRemoveRows()
        was_open = self._open
        self._open = {visit.number for visit in self._rows if not visit.status}
        for row, visit in enumerate(self._rows):
            if visit.number in was_open:
                self.tell(row, row)

    def titles(self) -> Sequence[str]:
        """Return the titles of the columns."""
        return (
            self.tr("Time"), self.tr("Client"), self.tr("API"), self.tr("Request"),
            self.tr("Model"), self.tr("Tokens"), self.tr("Tokens/s"), self.tr("Status"),
        )  # fmt: skip

    def text(self, row: Visit, column: int) -> str:
        """Return what a column says of a request."""
        match Column(column):
            case Column.TIME:
                return time.strftime("%H:%M:%S", time.localtime(row.began))
            case Column.CLIENT:
                return row.client
            case Column.API:
                return _APIS[row.api]
            case Column.REQUEST:
                return row.what
            case Column.MODEL:
                return row.model
            case Column.TOKENS:
                if not row.prompt_tokens:
                    return ""
                return f"{row.prompt_tokens} → {row.answer_tokens}"
            case Column.SPEED:
                return f"{row.tokens_per_s:.1f}" if row.tokens_per_s else ""
            case Column.STATUS:
                return self._status(row)

    def look(self, row: Visit, column: int, role: int) -> Any:
        """Return the colour of a status, and what may be too long for its column."""
        match role:
            case Qt.ItemDataRole.ForegroundRole if column == Column.STATUS:
                return self._theme.colour("error_text" if row.status >= _BAD else "text")
            case Qt.ItemDataRole.ToolTipRole:
                return self.text(row, column)
            case _:
                return None

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
