# SPDX-License-Identifier: Apache-2.0
"""The page Discover, on a finder and a queue that pretend."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.discover.driving import FREE
from tests.gui.fake_finder import FakeFinder
from tests.gui.fake_queue import FakeElsewhere, FakeQueue
from ui.library.discover_page import DiscoverPage
from ui.library.discover_presenter import DiscoverPresenter
from ui.library.download_presenter import DownloadPresenter
from ui.library.downloads_panel import DownloadsPanel
from ui.library.places import Places
from ui.settings_store import SettingsStore
from ui.theme import Theme


@pytest.fixture
def finder() -> FakeFinder:
    return FakeFinder()


@pytest.fixture
def queue() -> FakeQueue:
    return FakeQueue()


@pytest.fixture
def downloads(qapp, queue: FakeQueue) -> Iterator[DownloadPresenter]:
    downloads = DownloadPresenter(queue, FakeElsewhere())
    yield downloads
    downloads.close()


@pytest.fixture
def presenter(qapp, finder: FakeFinder, downloads: DownloadPresenter) -> DiscoverPresenter:
    return DiscoverPresenter(finder, downloads.add)


@pytest.fixture
def page(
    qtbot: QtBot,
    presenter: DiscoverPresenter,
    downloads: DownloadPresenter,
    store: SettingsStore,
    theme: Theme,
    monkeypatch: pytest.MonkeyPatch,
) -> DiscoverPage:
    monkeypatch.setattr("shutil.disk_usage", lambda path: _Usage(10**12, 0, FREE))
    places = Places(store)
    panel = DownloadsPanel(downloads, store, theme)
    page = DiscoverPage(presenter, places, panel, theme)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    qtbot.waitUntil(lambda: bool(presenter.rows) and page.details.folder.folder is not None)
    return page


class _Usage(tuple[int, int, int]):
    def __new__(cls, *values: int) -> _Usage:
        return super().__new__(cls, values)

    total, used, free = (property(lambda self, at=at: self[at]) for at in range(3))
