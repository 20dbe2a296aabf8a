# SPDX-License-Identifier: Apache-2.0
"""What each rule places: how many modules, how many bytes, and where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from ktdesk.errors import format_bytes
from ui.placement.words import device_name

if TYPE_CHECKING:
    from ktdesk.planning.shares import RuleMatches

_ROWS = 8  # that are seen at once, at most
_NUMBERS = (1, 2)  # columns
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RuleTable(QTableWidget):
    """A row for each rule, in the order in which they are tried, and the sum of all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 4, parent)
        self.setObjectName("ruleTable")
        self._matches: Sequence[RuleMatches] = ()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.retranslate()

    def show_matches(self, matches: Sequence[RuleMatches]) -> None:
        """Show what a plan's rules place."""
        self._matches = matches
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.setAccessibleName(self.tr("What each rule places"))
        titles = (self.tr("Rule"), self.tr("Modules"), self.tr("Bytes"), self.tr("Device"))
        for column, title in enumerate(titles):
            item = QTableWidgetItem(title)
            item.setTextAlignment(_RIGHT if column in _NUMBERS else _LEFT)
            self.setHorizontalHeaderItem(column, item)
        self.setRowCount(len(self._matches) + bool(self._matches))
        for row, match in enumerate(self._matches):
            devices = ", ".join(map(device_name, match.devices))
            rule = f"{match.rule.part or match.rule.match} → {match.rule.use}"
            self._fill(row, rule, match.modules, match.size_bytes, devices)
        if self._matches:
            modules = sum(match.modules for match in self._matches)
            size = sum(match.size_bytes for match in self._matches)
            self._fill(len(self._matches), self.tr("All"), modules, size, "")
        self.setFixedHeight(self._height())

    def _fill(self, row: int, rule: str, modules: int, size_bytes: int, devices: str) -> None:
        for column, text in enumerate((rule, str(modules), format_bytes(size_bytes), devices)):
            item = QTableWidgetItem(text)
            item.setToolTip(f"{size_bytes:,} B" if column == 2 else text)
            item.setData(Qt.ItemDataRole.UserRole, size_bytes if column == 2 else text)
            if column in _NUMBERS:
                item.setTextAlignment(_RIGHT)
            self.setItem(row, column, item)

    def _height(self) -> int:
        rows = sum(self.rowHeight(row) for row in range(min(self.rowCount(), _ROWS)))
        return self.horizontalHeader().sizeHint().height() + rows + 4
