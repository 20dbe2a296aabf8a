# SPDX-License-Identifier: Apache-2.0
"""What a model offers on the page Discover: quantisations, terms, room, and ordering one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from ktdesk.errors import DownloadError
from ktdesk.library.fetch.order import Order
from ktdesk.settings import models_folder
from tests.gui.discover.driving import FREE, LEFT, QWEN, column, open_model, said, type_in
from tests.gui.fake_finder import CATALOGUE, GB, FakeFinder, variant
from tests.gui.fake_queue import FakeQueue
from tests.gui.said import check_chinese
from ui.library.discover_page import DiscoverPage
from ui.library.discover_presenter import DiscoverPresenter
from ui.library.offers import Offer
from ui.settings_store import SettingsStore


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


def test_a_folder_of_another_disk_can_be_chosen(
    qtbot: QtBot, page: DiscoverPage, store: SettingsStore, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    page.details.folder._places.send_downloads_to(str(other))
    qtbot.waitUntil(lambda: page.details.folder.field.currentText().startswith(str(other)))
    assert store.settings.models.downloads == str(other)


def test_what_has_come_meanwhile_is_said_to_be_here(
    qtbot: QtBot, page: DiscoverPage, presenter: DiscoverPresenter, finder: FakeFinder
) -> None:
    open_model(qtbot, page, presenter)
    assert not any(offer.is_kept for offer in presenter.offers)
    finder.here = finder.variants[:1]
    presenter.look_again()
    qtbot.waitUntil(lambda: presenter.offers[0].is_kept)
    assert [offer.is_kept for offer in presenter.offers] == [True, False, False, False]
    assert presenter.offers[0].fit  # and its verdict stays


@pytest.mark.usefixtures("chinese")
def test_all_of_it_is_said_in_chinese(
    qtbot: QtBot, page: DiscoverPage, presenter: DiscoverPresenter
) -> None:
    open_model(qtbot, page, presenter)
    said_by_the_finder = [text for row in CATALOGUE for text in (row.title, row.about)]
    for row in range(page.details.offers.rowCount()):
        page.details.table.selectRow(row)
        check_chinese(page, *filter(None, said_by_the_finder))
