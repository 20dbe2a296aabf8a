# SPDX-License-Identifier: Apache-2.0
"""The requests: the table, which follows them while it is visible, and the button that cancels."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ui.server.presenter import ServerPresenter
from ui.server.request_table import Column, RequestTable
from ui.theme import Theme
from ui.widgets.tables import show_rows

LOOK_MS = 500
_HEIGHT = 260
_WIDTHS = {
    Column.TIME: 76, Column.CLIENT: 110, Column.API: 84, Column.MODEL: 130, Column.TOKENS: 90,
    Column.SPEED: 76, Column.STATUS: 150,
}  # fmt: skip


class RequestsPanel(QFrame):
    """Says what is asked and how it goes; never what is said."""

    def __init__(
        self, presenter: ServerPresenter, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sectionCard")
        self._presenter, self._running = presenter, 0
        self._title, self._about = QLabel(self), QLabel(self)
        self._title.setObjectName("heading")
        self._about.setObjectName("muted")
        self._about.setWordWrap(True)
        self.cancel = QPushButton(self)
        self.rows = RequestTable(theme, self)
        self.table = QTableView(self)
        show_rows(self.table, self.rows)
        self.table.setMinimumHeight(_HEIGHT)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(Column.REQUEST, QHeaderView.ResizeMode.Stretch)
        for column, width in _WIDTHS.items():
            header.resizeSection(column, width)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.addLayout(head)
        column.addWidget(self._about)
        column.addWidget(self.table)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self.cancel.clicked.connect(self._cancel)
        self.table.selectionModel().selectionChanged.connect(self._follow)
        self.retranslate()

    @Slot()
    def look(self) -> None:
        """Show what has come since the last time."""
        visits = self._presenter.visits.last()
        self.rows.show_visits(visits)
        self._follow()
        self._running = sum(visit.can_cancel for visit in visits)
        self._say_state()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._say_state()
        self.cancel.setText(self.tr("Cancel the request"))
        self.table.setAccessibleName(self.tr("Requests"))
        self.rows.retranslate()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Follow the requests."""
        super().showEvent(event)
        self.look()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Cost nothing."""
        super().hideEvent(event)
        self._timer.stop()

    def _say_state(self) -> None:
        running = self.tr("Requests: {count} under way").format(count=self._running)
        self._title.setText(running if self._running else self.tr("Requests"))
        some = self.tr("Who asked when, and how it went; never what was said.")
        none = self.tr("No program has asked yet. Here stands who asks when, but never what.")
        self._about.setText(some if self.rows.rowCount() else none)

    @Slot()
    def _follow(self) -> None:
        visit = self.rows.row_at(self.table.currentIndex().row())
        self.cancel.setEnabled(bool(visit and visit.can_cancel))

    @Slot()
    def _cancel(self) -> None:
        if visit := self.rows.row_at(self.table.currentIndex().row()):
            visit.cancel()
