# SPDX-License-Identifier: Apache-2.0
"""The conversation as a list model. The last answer grows; everything else stays as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any, Literal

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ktdesk import Message, Stats


class MessageState(Enum):
    """Where a message stands."""

    WHOLE = auto()
    GROWING = auto()
    STOPPED = auto()
    UNANSWERED = auto()  # a question that failed, or was stopped before the first word


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One row. An answer that has ended has stats; is_cut: it reached its greatest length.

    reasoning: what the model thought before its answer.
    """

    role: Literal["user", "assistant"]
    text: str
    state: MessageState = MessageState.WHOLE
    stats: Stats | None = None
    is_cut: bool = False
    reasoning: str = ""


MESSAGE_ROLE = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex


class MessageList(QAbstractListModel):
    """Rows of ChatMessage: DisplayRole is the text, MESSAGE_ROLE the whole."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[ChatMessage] = []

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802, RUF100 - Qt's
        """Return how many messages there are."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the text or the message of a row."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        message = self._rows[index.row()]
        if role == MESSAGE_ROLE:
            return message
        return message.text if role == Qt.ItemDataRole.DisplayRole else None

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, row: int) -> ChatMessage:
        return self._rows[row]

    def append(self, message: ChatMessage) -> None:
        """Add a message at the end."""
        row = len(self._rows)
        self.beginInsertRows(QModelIndex(), row, row)
        self._rows.append(message)
        self.endInsertRows()

    def grow(self, text: str) -> None:
        """Add text to the last message."""
        self.change_last(text=self._rows[-1].text + text)

    def grow_reasoning(self, text: str) -> None:
        """Add text to what was thought before the last message."""
        self.change_last(reasoning=self._rows[-1].reasoning + text)

    def change_last(self, **changes: Any) -> None:
        """Replace fields of the last message."""
        self._rows[-1] = replace(self._rows[-1], **changes)
        index = self.index(len(self._rows) - 1)
        self.dataChanged.emit(index, index)

    def remove_last(self) -> ChatMessage:
        """Take the last message away, and return it."""
        row = len(self._rows) - 1
        self.beginRemoveRows(QModelIndex(), row, row)
        message = self._rows.pop()
        self.endRemoveRows()
        return message

    def clear(self) -> None:
        """Begin anew."""
        self.beginResetModel()
        self._rows.clear()
        self.endResetModel()

    def conversation(self) -> tuple[Message, ...]:
        """Return what the model shall read: all but questions without an answer."""
        said = (row for row in self._rows if row.state is not MessageState.UNANSWERED)
        return tuple(Message(row.role, row.text, row.reasoning) for row in said)
