# SPDX-License-Identifier: Apache-2.0
"""Where models are looked for: the user's own servers and folders, and how fast all are."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from ktdesk.errors import DownloadError, KTDeskError
from ktdesk.library.hub.own_sources import is_own, with_source, without_source
from ktdesk.library.hub.speed_test import SourceSpeed
from ktdesk.settings import SourcesSettings
from ui.aio import Flow, in_thread, start
from ui.settings_store import SettingsStore


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source. address: of its host, or ''. speed: as measured last; None if it was not."""

    id: str
    title: str
    address: str
    is_own: bool
    speed: SourceSpeed | None = None


class Measurer(Protocol):
    """What knows the sources."""

    def described(self, settings: SourcesSettings) -> list[tuple[str, str, str]]:
        """Return id, title and address of all. Raises DownloadError for an address that is none."""
        ...

    def measure(self, stop: threading.Event) -> Sequence[SourceSpeed]:
        """Fetch for some seconds from each that has a model. Slow; raises DownloadError."""
        ...


class SourcesPresenter(QObject):
    """changed: rows, or whether it measures. failed: a DownloadError."""

    changed = Signal()
    failed = Signal(object)

    def __init__(
        self, measurer: Measurer, store: SettingsStore, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._measurer, self._store = measurer, store
        self._speeds: dict[str, SourceSpeed] = {}
        self._measuring: Flow | None = None
        self._stop = threading.Event()
        store.changed.connect(self._follow)

    @property
    def rows(self) -> list[SourceRow]:
        """The sources in their order; none if an address among the settings is none."""
        settings = self._store.settings.sources
        try:
            described = self._measurer.described(settings)
        except DownloadError:
            return []
        return [
            SourceRow(id_, title, address, is_own(settings, id_), self._speeds.get(id_))
            for id_, title, address in described
        ]

    @property
    def is_measuring(self) -> bool:
        """Whether it fetches from the sources."""
        return self._measuring is not None

    def add(self, name: str) -> bool:
        """Add the address of a server, or a folder; return whether it could be."""
        return self._change(lambda settings: with_source(settings, name.strip()))

    def remove(self, id_: str) -> None:
        """Look there no longer."""
        self._change(lambda settings: without_source(settings, id_))

    def measure(self) -> None:
        """Find out how fast the sources are."""
        if not self.is_measuring:
            self._stop = threading.Event()
            self._measuring = start(self, self._measure(self._stop))
            self.changed.emit()

    def stop(self) -> None:
        """Measure no further; what is known by then is shown."""
        self._stop.set()

    def _change(self, change: Callable[[SourcesSettings], SourcesSettings]) -> bool:
        try:
            sources = change(self._store.settings.sources)
            self._measurer.described(sources)
        except DownloadError as error:
            self.failed.emit(error)
            return False
        self._store.set("sources", "servers", sources.servers)
        self._store.set("sources", "folders", sources.folders)
        return True

    async def _measure(self, stop: threading.Event) -> None:
        try:
            speeds = await in_thread(lambda report: self._measurer.measure(stop))
        except KTDeskError as error:
            self._measuring = None
            self.changed.emit()
            self.failed.emit(error)
        else:
            self._measuring = None
            self._speeds = {speed.source: speed for speed in speeds}
            self.changed.emit()

    @Slot(str, str)
    def _follow(self, section: str, name: str) -> None:
        del name
        if section == "sources":
            self.changed.emit()
