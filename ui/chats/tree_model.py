# SPDX-License-Identifier: Apache-2.0
"""The groups as an item model of two levels: headings, and chats below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QCoreApplication,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from ui.chats.groups import Group, Row
from ui.chats.presenter import ChatListPresenter

ROW_ROLE = Qt.ItemDataRole.UserRole
GROUP_ROLE = Qt.ItemDataRole.UserRole + 1
BUSY_ROLE = Qt.ItemDataRole.UserRole + 2  # whether an answer is under way in the chat
MIME = "application/x-ktdesk-chat"
_Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()


def group_title(group: Group) -> str:
    """Return the heading of a group in the present language."""
    titles = {
        "pinned": QCoreApplication.translate("ChatList", "Pinned"),
        "today": QCoreApplication.translate("ChatList", "Today"),
        "yesterday": QCoreApplication.translate("ChatList", "Yesterday"),
        "week": QCoreApplication.translate("ChatList", "Last 7 days"),
        "month": QCoreApplication.translate("ChatList", "Last 30 days"),
        "older": QCoreApplication.translate("ChatList", "Older"),
    }
    if group.kind == "found":
        if not group.rows:
            return QCoreApplication.translate("ChatList", "Nothing found")
        return QCoreApplication.translate("ChatList", "Found: {count}").format(
            count=len(group.rows)
        )
    return titles.get(group.kind, group.title)


def chat_title(title: str) -> str:
    """Return the title of a chat, or what stands for none."""
    return title or QCoreApplication.translate("ChatList", "Chat without a title")


class ChatTree(QAbstractItemModel):
    """What the presenter has, with inline renaming, and chats that can be dropped on folders."""

    def __init__(self, presenter: ChatListPresenter, parent: QObject) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._groups: list[Group] = presenter.groups
        self._busy = set[int]()
        presenter.changed.connect(self._reset)

    def set_busy(self, chat_ids: set[int]) -> None:
        """Mark the chats in which an answer is under way, or waits."""
        changed = [self.index_of(id_) for id_ in self._busy ^ chat_ids]
        self._busy = chat_ids
        for index in filter(QModelIndex.isValid, changed):
            self.dataChanged.emit(index, index)

    def index_of(self, chat_id: int) -> QModelIndex:
        """Return where a chat is; an invalid index if it is not in the list."""
        for at, group in enumerate(self._groups):
            for number, row in enumerate(group.rows):
                if row.chat_id == chat_id:
                    return self.createIndex(number, 0, at + 1)
        return QModelIndex()

    def group_at(self, index: _Index) -> Group | None:
        """Return the group whose heading an index is."""
        is_heading = index.isValid() and not index.internalId()
        return self._groups[index.row()] if is_heading else None

    def row_at(self, index: _Index) -> Row | None:
        """Return the chat that an index is."""
        is_chat = index.isValid() and index.internalId()
        return self._groups[index.internalId() - 1].rows[index.row()] if is_chat else None

    def index(self, row: int, column: int, parent: _Index = _NO_INDEX) -> QModelIndex:
        """Return the index of a heading, or of a chat below one."""
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        return self.createIndex(row, column, parent.row() + 1 if parent.isValid() else 0)

    def parent(self, child: _Index = _NO_INDEX) -> QModelIndex:  # pyright: ignore[reportIncompatibleMethodOverride] - also QObject's
        """Return the heading above a chat."""
        if not child.isValid() or not child.internalId():
            return QModelIndex()
        return self.createIndex(child.internalId() - 1, 0, 0)

    def rowCount(self, parent: _Index = _NO_INDEX) -> int:  # noqa: N802, RUF100 - Qt's name
        """Return how many headings, or chats below one, there are."""
        if not parent.isValid():
            return len(self._groups)
        group = self.group_at(parent)
        return len(group.rows) if group else 0

    def columnCount(self, parent: _Index = _NO_INDEX) -> int:  # noqa: N802, RUF100 - Qt's name
        """Return 1."""
        del parent
        return 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return title, or the whole group or row."""
        group, row = self.group_at(index), self.row_at(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return group_title(group) if group else chat_title(row.title) if row else None
        if role == ROW_ROLE:
            return row
        if role == GROUP_ROLE:
            return group
        if role == BUSY_ROLE:
            return row is not None and row.chat_id in self._busy
        if role == Qt.ItemDataRole.ToolTipRole and row:
            return chat_title(row.title)
        return None

    def setData(  # noqa: N802, RUF100 - Qt's name
        self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        """Rename a chat or a folder."""
        group, row = self.group_at(index), self.row_at(index)
        if role != Qt.ItemDataRole.EditRole:
            return False
        if row and value != row.title:
            self._presenter.rename(row.chat_id, str(value))
        elif group and group.folder_id is not None and value != group.title:
            self._presenter.rename_folder(group.folder_id, str(value))
        return True

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Chats can be chosen, renamed and dragged, folders renamed and dropped on."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        group = self.group_at(index)
        enabled = Qt.ItemFlag.ItemIsEnabled
        if group is None:
            chosen = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable
            return enabled | chosen | Qt.ItemFlag.ItemIsDragEnabled
        if group.kind == "folder":
            return enabled | Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsDropEnabled
        return enabled | Qt.ItemFlag.ItemIsDropEnabled if group.kind != "found" else enabled

    def mimeTypes(self) -> list[str]:  # noqa: N802, RUF100 - Qt's name
        """Return what is dragged."""
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:  # noqa: N802, RUF100 - Qt's name
        """Return the chat that is dragged."""
        data = QMimeData()
        rows = [row for row in map(self.row_at, indexes) if row]
        data.setData(MIME, ",".join(str(row.chat_id) for row in rows).encode())
        return data

    def dropMimeData(  # noqa: N802, RUF100 - Qt's name
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: _Index
    ) -> bool:
        """Put a chat into the folder it was dropped on, pin it, or take it out of both."""
        del action, row, column
        group = self.group_at(parent)
        if group is None or not data.hasFormat(MIME):
            return False
        for chat_id in map(int, bytes(data.data(MIME).data()).decode().split(",")):
            self._presenter.pin(chat_id, group.kind == "pinned")
            if group.kind != "pinned":
                self._presenter.move(chat_id, group.folder_id)
        return True

    def _reset(self) -> None:
        self.beginResetModel()
        self._groups = self._presenter.groups
        self.endResetModel()
