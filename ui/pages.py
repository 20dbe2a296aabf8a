# SPDX-License-Identifier: Apache-2.0
"""The pages beside the conversation, in the order of the rail, each made when it is shown first."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ktdesk.log import Recent
from ui.actions import QT_TRANSLATE_NOOP
from ui.chat.model_presenter import ModelPresenter
from ui.crash_reports import CrashReports
from ui.library.on_demand import LibraryOnDemand
from ui.main_window import PageKind
from ui.server.presenter import ServerPresenter
from ui.settings_store import SettingsStore
from ui.theme import Theme


@dataclass(frozen=True, slots=True)
class Pages:
    """What the pages are made of. parent: of their presenters."""

    store: SettingsStore
    model: ModelPresenter
    library: LibraryOnDemand
    server: ServerPresenter
    recent: Recent
    reports: CrashReports
    theme: Theme
    parent: QObject

    def kinds(self) -> tuple[PageKind, ...]:
        """Return them all."""
        return (
            PageKind(
                "discover",
                "discover",
                QT_TRANSLATE_NOOP("MainWindow", "Discover"),
                self.library.make_discover,
            ),
            PageKind(
                "shelf",
                "shelf",
                QT_TRANSLATE_NOOP("MainWindow", "My models"),
                self.library.make_shelf,
            ),
            PageKind(
                "placement",
                "placement",
                QT_TRANSLATE_NOOP("MainWindow", "Placement"),
                self._placement,
            ),
            PageKind(
                "hardware", "hardware", QT_TRANSLATE_NOOP("MainWindow", "Hardware"), self._hardware
            ),
            PageKind("bench", "bench", QT_TRANSLATE_NOOP("MainWindow", "Bench"), self._bench),
            PageKind("server", "server", QT_TRANSLATE_NOOP("MainWindow", "Server"), self._server),
            PageKind("logs", "log", QT_TRANSLATE_NOOP("MainWindow", "Logs"), self._logs),
            PageKind(
                "preferences",
                "settings",
                QT_TRANSLATE_NOOP("MainWindow", "Settings"),
                self._preferences,
                "Ctrl+,",
            ),
        )

    def _placement(self) -> QWidget:
        from ui.placement.page import PlacementPage
        from ui.placement.presenter import PlacementPresenter

        presenter = PlacementPresenter(self.model, self.store, self.parent)
        return PlacementPage(presenter, self.model, self.theme)

    def _hardware(self) -> QWidget:
        from ui.hardware.page import HardwarePage
        from ui.hardware.presenter import HardwarePresenter

        return HardwarePage(HardwarePresenter(self.store, self.parent), self.store, self.theme)

    def _bench(self) -> QWidget:
        from ui.bench.page import BenchPage
        from ui.bench.presenter import BenchPresenter

        return BenchPage(BenchPresenter(self.model, self.store, self.parent), self.theme)

    def _server(self) -> QWidget:
        from ui.server.page import ServerPage

        return ServerPage(self.server, self.theme)

    def _logs(self) -> QWidget:
        from ui.logs.page import LogsPage
        from ui.logs.presenter import LogsPresenter

        return LogsPage(LogsPresenter(self.recent, self.parent), self.theme)

    def _preferences(self) -> QWidget:
        from ui.preferences.page import PreferencesPage
        from ui.preferences.presenter import PreferencesPresenter

        presenter = PreferencesPresenter(self.store, self.parent)
        return PreferencesPage(presenter, self.reports, self.theme)
