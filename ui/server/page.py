# SPDX-License-Identifier: Apache-2.0
"""The page of the server: its state, how it is reached, its keys, its requests, and snippets."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ktdesk.errors import KTDeskError, PortTakenError, SettingsError
from ui.server.head import Head
from ui.server.keys_panel import KeysPanel
from ui.server.presenter import ServerPresenter, free_port
from ui.server.reach import Reach
from ui.server.requests_panel import RequestsPanel
from ui.server.snippets_panel import SnippetsPanel
from ui.theme import Theme
from ui.widgets.banner import ErrorBanner

WIDE = 760  # from which on two columns fit
MOST_WIDTH = 1120


class ServerPage(QWidget):
    """Starts and stops the server, and shows what it does."""

    def __init__(
        self, presenter: ServerPresenter, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._presenter = presenter
        self.banner = ErrorBanner(theme, self)
        self.head, self.reach = Head(presenter, theme, self), Reach(presenter, theme, self)
        self.keys = KeysPanel(presenter, theme, self)
        self.requests = RequestsPanel(presenter, theme, self)
        self.snippets = SnippetsPanel(presenter, theme, self)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._scroll_area())
        presenter.failed.connect(self._show_error)
        presenter.changed.connect(self._follow)
        presenter.look_at_keys()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Show one column or two."""
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        is_wide = self.width() >= WIDE
        self._columns.setDirection(directions.LeftToRight if is_wide else directions.TopToBottom)

    def _scroll_area(self) -> QScrollArea:
        body = QWidget(self)
        body.setObjectName("page")
        body.setMaximumWidth(MOST_WIDTH)
        right = QVBoxLayout()
        right.setSpacing(12)
        for widget in (self.keys, self.snippets):
            right.addWidget(widget)
        right.addStretch(1)
        self._columns.setSpacing(12)
        self._columns.addWidget(self.reach, 1, Qt.AlignmentFlag.AlignTop)
        self._columns.addLayout(right, 1)
        column = QVBoxLayout(body)
        column.setContentsMargins(20, 16, 20, 24)
        column.setSpacing(12)
        for widget in (self.head, self.banner):
            column.addWidget(widget)
        column.addLayout(self._columns)
        column.addWidget(self.requests)
        column.addStretch()
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        area.setWidget(body)
        return area

    @Slot()
    def _follow(self) -> None:
        if self._presenter.address:
            self.banner.hide()  # what it said is over

    @Slot(object)
    def _show_error(self, error: KTDeskError) -> None:
        settings = self._presenter.store.settings.server
        if isinstance(error, PortTakenError):
            said = self.tr("Another program has port {port} already.").format(port=settings.port)
            told = SettingsError(said, hint=self.tr("Take another port, or end that program."))
            free = free_port(settings)
            title = self.tr("Start at port {port}").format(port=free)
            choices = [(title, partial(self._presenter.use_free_port, free))] if free else []
            self.banner.show_error(told, *choices)
        elif self._presenter.lacks_key:
            said = self.tr("Others could reach the server, and there is no key.")
            hint = self.tr("Make a key below, or serve this computer alone.")
            self.banner.show_error(SettingsError(said, hint=hint))
        else:
            self.banner.show_error(error)
