# SPDX-License-Identifier: Apache-2.0
"""What tests of the page Discover do to it, and see of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.gui.fake_finder import CATALOGUE, GB
from ui.library.discover_page import DiscoverPage
from ui.library.discover_presenter import DiscoverPresenter
from ui.library.offers import OfferTable

LEFT = Qt.MouseButton.LeftButton
QWEN = CATALOGUE[1].id
FREE = 200 * GB  # on the disk


def titles(page: DiscoverPage) -> list[str]:
    return [page.hits.index(at).data() for at in range(page.hits.rowCount())]


def said(page: DiscoverPage) -> str:
    labels = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    return "\n".join(labels)


def column(table: OfferTable, at: int) -> list[str]:
    return [table.index(row, at).data() for row in range(table.rowCount())]


def type_in(qtbot: QtBot, page: DiscoverPage, text: str) -> None:
    page.field.clear()
    qtbot.keyClicks(page.field, text)
    qtbot.keyClick(page.field, Qt.Key.Key_Return)


def open_model(qtbot: QtBot, page: DiscoverPage, presenter: DiscoverPresenter) -> None:
    """Choose the first model of the list, and wait for all verdicts."""
    page.list.setFocus()
    page.list.setCurrentIndex(page.hits.index(1))
    qtbot.waitUntil(lambda: presenter.details is not None and not presenter.is_judging)
