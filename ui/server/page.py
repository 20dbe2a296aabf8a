# SPDX-License-Identifier: Apache-2.0
"""The page of the server: its state, how it is reached, its keys, its requests, and snippets."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ktdesk.errors import KTDeskError, PortTakenError, SettingsError
from ui.server.head import Head
from ui.server.keys_panel import KeysPanel
from ui.server.presenter import ServerPresenter, free_port
from ui.server.reach import Reach
from ui.server.requests_panel import RequestsPanel
from ui.server.snippets_panel import SnippetsPanel
from ui.theme import Theme
from ui.widgets.banner import ErrorBanner
from ui.widgets.column_page import ColumnPage


class ServerPage(ColumnPage):
    """Starts and stops the server, and shows what it does."""

    def __init__(
        self, presenter: ServerPresenter, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self.banner = ErrorBanner(theme, self)
        self.head, self.reach = Head(presenter, theme, self), Reach(presenter, theme, self)
        self.keys = KeysPanel(presenter, theme, self)
        self.requests = RequestsPanel(presenter, theme, self)
        self.snippets = SnippetsPanel(presenter, theme, self)
        right = QVBoxLayout()
        right.setSpacing(12)
        for widget in (self.keys, self.snippets):
            right.addWidget(widget)
        right.addStretch(1)
        self.columns.addWidget(self.reach, 1, Qt.AlignmentFlag.AlignTop)
        self.columns.addLayout(right, 1)
        self.fill(self.head, self.banner, below=(self.requests,))
        presenter.failed.connect(self._show_error)
        presenter.changed.connect(self._follow)
        presenter.look_at_keys()

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
