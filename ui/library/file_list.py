# SPDX-License-Identifier: Apache-2.0
"""The files of a download, as rows: name, and where each stands."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ktdesk.library.fetch.order import FileProgress
from ui.library.download_words import file_text

Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class FileList(QAbstractTableModel):
    """A row for each file; only rows that have changed are told of."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files: tuple[FileProgress, ...] = ()

    def show_files(self, files: tuple[FileProgress, ...]) -> None:
        """Show where the files stand now."""
        before = self._files
        if [each.file for each in files] != [each.file for each in before]:
            self.beginResetModel()
            self._files = files
            self.endResetModel()
            return
        self._files = files
        for at, (old, new) in enumerate(zip(before, files, strict=True)):
            if old != new:
                self.dataChanged.emit(self.index(at, 1), self.index(at, 1))

    def retranslate(self) -> None:
        """Say it in the present language."""
        if self._files:
            self.dataChanged.emit(self.index(0, 1), self.index(len(self._files) - 1, 1))

    def rowCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802, RUF100 - Qt's name
        """Return the number of files."""
        return 0 if parent.isValid() else len(self._files)

    def columnCount(self, parent: Index = _NOWHERE) -> int:  # noqa: N802, RUF100 - Qt's name
        """Return 2: name and state."""
        return 0 if parent.isValid() else 2

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what a role asks for."""
        if not index.isValid():
            return None
        file = self._files[index.row()]
        name, state = file.file.path.rpartition("/")[2], file_text(file)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return state if index.column() else name
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{name}, {state}"
            case Qt.ItemDataRole.ToolTipRole:
                return file.file.path
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if index.column() else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
            case _:
                return None
