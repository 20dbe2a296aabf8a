# SPDX-License-Identifier: Apache-2.0
"""The library for the window: opened when it is wanted first, since it costs time to load."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ktdesk.errors import KTDeskError
from ui.chat.model_presenter import ModelPresenter
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.widgets.banner import ErrorBanner

if TYPE_CHECKING:
    from ui.library.opening import Library


class LibraryOnDemand(QObject):
    """loading: a model of it is being loaded, so the conversation is wanted."""

    loading = Signal()

    def __init__(
        self, store: SettingsStore, model: ModelPresenter, theme: Theme, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._store, self._model, self._theme = store, model, theme
        self._library: Library | KTDeskError | None = None

    def make_discover(self) -> QWidget:
        """Return the page that finds models."""
        library = self._open()
        if isinstance(library, KTDeskError):
            return _Unavailable(library, self._theme)
        return library.make_discover()

    def make_shelf(self) -> QWidget:
        """Return the page of the models on this machine."""
        library = self._open()
        if isinstance(library, KTDeskError):
            return _Unavailable(library, self._theme)
        page = library.make_shelf()
        page.actions_row.loading.connect(self.loading)
        return page

    def go_on(self, window: QWidget, quit_now: Callable[[], object]) -> Callable[[], bool] | None:
        """Go on with downloads; return what says whether the window may close then.

        None if they cannot go on, of which the pages tell.
        """
        library = self._open()
        if isinstance(library, KTDeskError):
            return None
        from ui.library.closing import Closing
        from ui.library.tray import Tray

        tray = Tray(library.downloads, self)
        return Closing(window, library.downloads, tray, self._store, quit_now).may_close

    def close(self) -> None:
        """Stop what is under way; what has come is safe, and goes on the next time."""
        if self._library and not isinstance(self._library, KTDeskError):
            self._library.close()

    def _open(self) -> Library | KTDeskError:
        if self._library is None:
            from ui.library.opening import Library

            try:
                self._library = Library(self._store, self._model, self._theme, self)
            except KTDeskError as error:
                self._library = error
        return self._library


class _Unavailable(QWidget):
    """Says why there is no library."""

    def __init__(self, error: KTDeskError, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("page")
        banner = ErrorBanner(theme, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.addWidget(banner)
        column.addStretch()
        banner.show_error(error)
