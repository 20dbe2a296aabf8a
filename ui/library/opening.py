# SPDX-License-Identifier: Apache-2.0
"""Builds what the pages of the library work with, and ends it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from ktdesk.library.downloads.this_machine import open_queue, rules_of
from ktdesk.library.hub.credentials import Credentials
from ktdesk.library.hub.remote_header import RemoteHeaders
from ktdesk.library.hub.sources import Sources
from ktdesk.library.web import Web
from ui.chat.model_presenter import ModelPresenter
from ui.library.discover_page import DiscoverPage
from ui.library.discover_presenter import DiscoverPresenter
from ui.library.download_presenter import DownloadPresenter
from ui.library.downloads_panel import DownloadsPanel
from ui.library.finding import HubFinder
from ui.library.keeping import ShelfKeeper
from ui.library.measuring import SourceMeasurer
from ui.library.model_actions import ModelActions
from ui.library.places import Places
from ui.library.shelf_page import ShelfPage
from ui.library.shelf_presenter import ShelfPresenter
from ui.library.sources_dialog import SourcesDialog
from ui.library.sources_presenter import SourcesPresenter
from ui.settings_store import SettingsStore
from ui.theme import Theme


class Library(QObject):
    """Downloads go on from the moment it is made, until `close`. Raises DownloadError."""

    def __init__(
        self, store: SettingsStore, model: ModelPresenter, theme: Theme, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._store, self._model, self._theme = store, model, theme
        self._credentials = Credentials()
        self._web = Web(store.settings.network)
        self._queue = open_queue(store.settings, self._sources(), self._web)
        self._queue.start()
        self._places = Places(store, self)
        self._shelf: ShelfPresenter | None = None
        headers = RemoteHeaders(self._web)
        finder = HubFinder(lambda: store.settings, self._sources, headers, self._credentials)
        self.downloads = DownloadPresenter(self._queue, finder, self)
        self._discover = DiscoverPresenter(finder, self.downloads.add, self)
        self.downloads.finished.connect(self._discover.look_again)
        measurer = SourceMeasurer(lambda: store.settings.sources, self._web, self._credentials)
        self._edit_sources = SourcesPresenter(measurer, store, self)
        store.changed.connect(self._follow)

    def make_discover(self) -> DiscoverPage:
        """Return the page that finds models."""
        page = DiscoverPage(self._discover, self._places, self._panel(), self._theme)
        sources = self._edit_sources
        sources.changed.connect(page.follow_sources)
        page.edit_sources.connect(lambda: SourcesDialog(sources, self._theme, page).open())
        return page

    def make_shelf(self) -> ShelfPage:
        """Return the page of the models on this machine."""
        self._shelf = shelf = ShelfPresenter(ShelfKeeper(), self._store, self)
        self.downloads.finished.connect(shelf.look)
        actions = ModelActions(shelf, self._places, self._model, self.downloads.add)
        page = ShelfPage(shelf, actions, self._places, self._panel(), self._theme)

        def follow() -> None:
            page.show_loaded(self._model.info.path if self._model.info else None)

        self._model.changed.connect(follow)
        follow()
        return page

    def close(self) -> None:
        """Stop what is under way; what has come is safe, and goes on the next time."""
        if self._shelf:
            self._shelf.close()
        self._edit_sources.stop()
        self.downloads.close()
        self._queue.close()
        self._web.close()

    def _panel(self) -> DownloadsPanel:
        return DownloadsPanel(self.downloads, self._store, self._theme)

    def _sources(self) -> Sources:
        return Sources(self._store.settings.sources, self._web, self._credentials)

    @Slot(str, str)
    def _follow(self, section: str, name: str) -> None:
        del name
        if section == "downloads":
            self._queue.set_rules(rules_of(self._store.settings.downloads))
