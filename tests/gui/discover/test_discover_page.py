# SPDX-License-Identifier: Apache-2.0
"""The page Discover: the catalogue, searching and filters."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ktdesk.errors import DownloadError
from tests.gui.accessible import check_accessible
from tests.gui.discover.driving import LEFT, open_model, said, titles, type_in
from tests.gui.fake_finder import CATALOGUE, FakeFinder
from tests.gui.fake_queue import FakeQueue, order
from ui.library.discover_page import DiscoverPage
from ui.library.discover_presenter import DiscoverPresenter
from ui.library.hit_delegate import HitDelegate
from ui.library.hit_list import BATCH, HitRow
from ui.theme import Theme


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


def test_everything_has_a_name_and_is_reached_by_the_tab_key(
    qtbot: QtBot, page: DiscoverPage, presenter: DiscoverPresenter, queue: FakeQueue
) -> None:
    queue.add(order())
    queue.tell()
    qtbot.waitUntil(page.downloads.isVisible)
    open_model(qtbot, page, presenter)
    check_accessible(page)
