# SPDX-License-Identifier: Apache-2.0
"""Tables of which one row is chosen, and which the Tab key leaves."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView

_PADDING = 14  # of a row's text, above and below together


def show_rows(table: QTableView, model: QAbstractItemModel) -> None:
    """Let a table show a model's rows: names of columns above, no grid, one row chosen."""
    table.setObjectName("ruleTable")
    table.setModel(model)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + _PADDING)
    table.horizontalHeader().setHighlightSections(False)
