# SPDX-License-Identifier: Apache-2.0
"""The page Discover: the catalogue, searching, filters, quantisations, and ordering one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from ktdesk.errors import DownloadError
from ktdesk.library.fetch.order import Order
from ktdesk.settings import models_folder
from tests.gui.accessible import check_accessible
from tests.gui.fake_finder import CATALOGUE, GB, FakeFinder, variant
from tests.gui.fake_queue import FakeElsewhere, FakeQueue, order
from ui.library.discover_page import DiscoverPage
from ui.library.discover_presenter import DiscoverPresenter
from ui.library.download_presenter import DownloadPresenter
from ui.library.downloads_panel import DownloadsPanel
from ui.library.hit_delegate import HitDelegate
from ui.library.hit_list import BATCH, HitRow
from ui.library.offers import Offer, OfferTable
from ui.library.places import Places
from ui.settings_store import SettingsStore
from ui.theme import Theme

LEFT = Qt.MouseButton.LeftButton
QWEN = CATALOGUE[1].id


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


FREE = 200 * GB


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


def test_before_anything_is_typed_the_catalogue_is_shown_and_nobody_is_asked(
    page: DiscoverPage, finder: FakeFinder
) -> None:
    assert titles(page) == [row.title for row in CATALOGUE]
    assert finder.asked == [("catalogue",)]
    text = page.hits.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert text == (
        "Qwen3-30B-A3B, 31 billion parameters · 18.6 GB, Comfortable, 21 to 30 tokens/s"
    )


def test_headings_are_not_chosen(page: DiscoverPage) -> None:
    flags = [bool(page.hits.index(at).flags() & Qt.ItemFlag.ItemIsSelectable) for at in range(6)]
    assert flags == [False, True, True, False, True, True]


def test_words_are_searched_for_with_return(
    qtbot: QtBot, page: DiscoverPage, finder: FakeFinder
) -> None:
    type_in(qtbot, page, " deepseek ")
    qtbot.waitUntil(lambda: titles(page) == ["deepseek/model"])
    assert ("search", "deepseek", "hf") in finder.asked
    page.field.clear()
    qtbot.waitUntil(lambda: len(titles(page)) == len(CATALOGUE))


def test_typing_alone_asks_nobody(qtbot: QtBot, page: DiscoverPage, finder: FakeFinder) -> None:
    qtbot.keyClicks(page.field, "deepseek")
    qtbot.wait(50)
    assert finder.asked == [("catalogue",)]


def test_ctrl_f_leads_to_the_field(qtbot: QtBot, page: DiscoverPage) -> None:
    page.activateWindow()
    page.list.setFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(page.field.hasFocus)


def test_the_first_source_is_asked_unless_another_one_or_all_are_wanted(
    qtbot: QtBot, page: DiscoverPage, finder: FakeFinder
) -> None:
    type_in(qtbot, page, "glm")
    qtbot.waitUntil(lambda: ("search", "glm", "hf") in finder.asked)
    page.sources.setFocus()
    qtbot.keyClick(page.sources, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: ("search", "glm", "ms") in finder.asked)
    qtbot.keyClick(page.sources, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: ("search", "glm", "") in finder.asked)


def test_what_does_not_fit_can_be_hidden(qtbot: QtBot, page: DiscoverPage) -> None:
    page.fits.setFocus()
    qtbot.keyClick(page.fits, Qt.Key.Key_Space)
    assert titles(page) == ["Runs well here", "Qwen3-30B-A3B", "gpt-oss-120b"]
    qtbot.keyClick(page.fits, Qt.Key.Key_Space)
    assert len(titles(page)) == len(CATALOGUE)


def test_while_it_searches_it_says_so_and_the_newest_search_wins(
    qtbot: QtBot, page: DiscoverPage, finder: FakeFinder
) -> None:
    finder.gate.clear()
    type_in(qtbot, page, "first")
    assert "Searching…" in said(page)
    type_in(qtbot, page, "second")
    finder.gate.set()
    qtbot.waitUntil(lambda: titles(page) == ["second/model"])


def test_nothing_found_is_said(qtbot: QtBot, page: DiscoverPage, finder: FakeFinder) -> None:
    finder.found = lambda words: []
    type_in(qtbot, page, "xyzzy")
    qtbot.waitUntil(lambda: "Nothing was found" in said(page))


def test_without_a_network_it_says_what_to_do_and_tries_again(
    qtbot: QtBot, page: DiscoverPage, finder: FakeFinder
) -> None:
    finder.error = DownloadError("The host is not reached.", hint="Check the network.")
    type_in(qtbot, page, "glm")
    qtbot.waitUntil(page.banner.isVisible)
    assert page.banner.text == "The host is not reached. Check the network."
    finder.error = None
    (again,) = (b for b in page.banner.findChildren(QPushButton) if b.text() == "Try again")
    qtbot.mouseClick(again, LEFT)
    qtbot.waitUntil(lambda: titles(page) == ["glm/model"])
    assert not page.banner.isVisible()


def test_a_model_shows_one_row_for_each_quantisation_and_recommends_one(
    qtbot: QtBot, page: DiscoverPage, presenter: DiscoverPresenter
) -> None:
    open_model(qtbot, page, presenter)
    offers = page.details.offers
    assert column(offers, 0) == ["Q2_K", "Q4_K_M", "Q6_K", "Q8_0"]
    assert column(offers, 1) == ["2", "3", "5", "6"]
    assert column(offers, 2) == ["80 GB", "140 GB", "190 GB", "250 GB"]
    assert column(offers, 3) == ["Comfortable", "Comfortable", "Tight", "From the disk: slow"]
    assert column(offers, 4)[0] == "24 to 33 tokens/s"
    assert "Recommended" in said(page)
    assert page.details.offer.variant.label == "Q4_K_M"
    assert "licence: mit" in said(page)
    accessible = offers.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert accessible.startswith("Q4_K_M, recommended, 3, 140 GB, Comfortable")


def test_a_choice_of_the_user_is_not_taken_back_by_a_verdict(
    qtbot: QtBot, page: DiscoverPage, presenter: DiscoverPresenter, finder: FakeFinder
) -> None:
    page.list.setCurrentIndex(page.hits.index(1))
    qtbot.waitUntil(lambda: presenter.details is not None)
    finder.gate.clear()
    page.details.table.selectRow(3)
    finder.gate.set()
    qtbot.waitUntil(lambda: not presenter.is_judging)
    assert page.details.offer.variant.label == "Q8_0"


def test_without_a_verdict_it_says_why_and_can_be_got_all_the_same(
    qtbot: QtBot, page: DiscoverPage, presenter: DiscoverPresenter, finder: FakeFinder, monkeypatch
) -> None:
    def fail(details) -> list[Offer]:
        raise DownloadError("The header is damaged.", hint="Take another.")

    monkeypatch.setattr(finder, "judge", fail)
    open_model(qtbot, page, presenter)
    assert set(column(page.details.offers, 3)) == {"Cannot be told"}
    assert "The header is damaged. Take another." in said(page)
    assert page.details.get.isEnabled()


def test_what_an_address_names_is_selected(
    qtbot: QtBot, page: DiscoverPage, presenter: DiscoverPresenter, finder: FakeFinder, monkeypatch
) -> None:
    opening = finder.open

    def open_wanted(id_: str):
        details = opening(id_)
        offers = [replace(each, is_wanted=each.variant.label == "Q6_K") for each in details.offers]
        return replace(details, offers=tuple(offers))

    monkeypatch.setattr(finder, "open", open_wanted)
    type_in(qtbot, page, "owner/name:Q6_K")
    qtbot.waitUntil(lambda: presenter.details is not None and not presenter.is_judging)
    assert page.details.offer.variant.label == "Q6_K"


def test_getting_one_puts_it_into_the_queue(
    qtbot: QtBot, page: DiscoverPage, presenter: DiscoverPresenter, queue: FakeQueue
) -> None:
    open_model(qtbot, page, presenter)
    orders: list[Order] = []
    presenter.ordered.connect(orders.append)
    assert page.details.get.text() == "Get Q4_K_M (140 GB)"
    qtbot.mouseClick(page.details.get, LEFT)
    (item,) = queue.items
    assert item.order.folder.is_relative_to(models_folder())
    assert item.order.size_bytes == sum(f.size_bytes for f in variant("Q4_K_M", 3, 140 * GB).files)
    assert len(orders) == 1
    assert page.downloads.isVisible()


def test_return_in_the_table_gets_it_too(
    qtbot: QtBot, page: DiscoverPage, presenter: DiscoverPresenter, queue: FakeQueue
) -> None:
    open_model(qtbot, page, presenter)
    page.details.table.setFocus()
    qtbot.keyClick(page.details.table, Qt.Key.Key_Up)
    qtbot.keyClick(page.details.table, Qt.Key.Key_Return)
    assert [item.order.title for item in queue.items] == ["Qwen3-30B-A3B-GGUF Q2_K"]


def test_without_room_on_the_disk_it_says_so_before_and_after(
    qtbot: QtBot, page: DiscoverPage, presenter: DiscoverPresenter, queue: FakeQueue
) -> None:
    open_model(qtbot, page, presenter)
    page.details.table.selectRow(3)  # 250 GB, and 200 are free
    assert "choose a folder on another disk" in said(page)
    queue.room = FREE
    qtbot.mouseClick(page.details.get, LEFT)
    assert page.banner.text == "There is no room for it. Choose another disk."
    assert queue.items == []


def test_one_with_missing_parts_cannot_be_got(
    qtbot: QtBot, page: DiscoverPage, presenter: DiscoverPresenter, finder: FakeFinder
) -> None:
    whole = variant("Q2_K", 3, 60 * GB)
    finder.variants = [type(whole)("Q2_K", whole.files[:2], (3,))]
    open_model(qtbot, page, presenter)
    assert not page.details.get.isEnabled()
    assert "lacks parts" in said(page)


def test_a_gated_model_says_what_to_do(
    qtbot: QtBot, page: DiscoverPage, presenter: DiscoverPresenter, finder: FakeFinder
) -> None:
    finder.is_gated = True
    open_model(qtbot, page, presenter)
    assert "accept their terms" in said(page)


def test_a_token_opens_what_was_refused(
    qtbot: QtBot, page: DiscoverPage, presenter: DiscoverPresenter, finder: FakeFinder
) -> None:
    finder.error = DownloadError("Only for those who accepted its terms.", kind="gated")
    page.list.setCurrentIndex(page.hits.index(1))
    qtbot.waitUntil(page.details.token.isVisible)
    finder.error = None
    qtbot.mouseClick(page.details.token, LEFT)
    dialog = page.findChild(QInputDialog)
    assert dialog.textEchoMode() is QLineEdit.EchoMode.Password
    dialog.setTextValue("secret")
    dialog.accept()
    qtbot.waitUntil(lambda: presenter.details is not None and not presenter.is_judging)
    assert ("token", QWEN, "secret") in finder.asked
    assert "forgotten when KTDesk ends" in said(page)
    assert not page.details.token.isVisible()


def test_a_repository_without_models_says_so(
    qtbot: QtBot, page: DiscoverPage, presenter: DiscoverPresenter, finder: FakeFinder
) -> None:
    finder.variants = []
    open_model(qtbot, page, presenter)
    assert "no GGUF file" in said(page)


def test_one_that_cannot_be_opened_says_why_and_is_tried_again(
    qtbot: QtBot, page: DiscoverPage, presenter: DiscoverPresenter, finder: FakeFinder
) -> None:
    finder.error = DownloadError("The host has no such model.")
    page.list.setCurrentIndex(page.hits.index(1))
    qtbot.waitUntil(page.details.banner.isVisible)
    finder.error = None
    buttons = page.details.banner.findChildren(QPushButton)
    (again,) = (button for button in buttons if button.text() == "Try again")
    qtbot.mouseClick(again, LEFT)
    qtbot.waitUntil(lambda: presenter.details is not None and not presenter.is_judging)


class CountingDelegate(HitDelegate):
    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.painted: list[int] = []

    def paint(self, painter, option, index) -> None:
        self.painted.append(index.row())
        super().paint(painter, option, index)


def test_ten_thousand_results_cost_what_the_screen_shows(
    qtbot: QtBot, page: DiscoverPage, finder: FakeFinder, theme: Theme, monkeypatch
) -> None:
    counting = CountingDelegate(theme, page.list)
    painted = counting.painted
    page.list.setItemDelegate(counting)
    monkeypatch.setattr("ui.library.discover_presenter.LIMIT", 10_000)
    finder.found = lambda words: [HitRow(f"hf:a/{n}", f"a/{n}") for n in range(10_000)]
    type_in(qtbot, page, "a")
    qtbot.waitUntil(lambda: titles(page)[:1] == ["a/0"])
    assert page.hits.rowCount() == BATCH
    painted.clear()
    page.list.viewport().repaint()
    on_screen = page.list.height() // page.list.sizeHintForRow(0) + 2
    assert 0 < len(painted) <= on_screen
    page.list.scrollToBottom()
    qtbot.waitUntil(lambda: page.hits.rowCount() > BATCH)  # the view has asked for more
    assert page.hits.rowCount() <= 3 * BATCH
    painted.clear()
    page.list.viewport().repaint()
    assert 0 < len(painted) <= on_screen


def test_a_folder_of_another_disk_can_be_chosen(
    qtbot: QtBot, page: DiscoverPage, store: SettingsStore, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    page.details.folder._places.send_downloads_to(str(other))
    qtbot.waitUntil(lambda: page.details.folder.field.currentText().startswith(str(other)))
    assert store.settings.models.downloads == str(other)


def test_everything_has_a_name_and_is_reached_by_the_tab_key(
    qtbot: QtBot, page: DiscoverPage, presenter: DiscoverPresenter, queue: FakeQueue
) -> None:
    queue.add(order())
    queue.tell()
    qtbot.waitUntil(page.downloads.isVisible)
    open_model(qtbot, page, presenter)
    check_accessible(page)
