# SPDX-License-Identifier: Apache-2.0
"""The Logs page: follows while it is seen, by level and words, and keeps what is private out."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from ktdesk import log
from tests.gui.accessible import check_accessible
from tests.gui.said import check_chinese
from ui.logs.page import LogsPage
from ui.logs.presenter import LogsPresenter
from ui.theme import Theme

LOGGER = logging.getLogger("ktdesk.somewhere")


@pytest.fixture
def recent(tmp_path: Path) -> Iterator[log.Recent]:
    recent = log.Recent()
    log.configure(tmp_path / "logs", recent=recent)
    yield recent
    log.close()
    logging.captureWarnings(capture=False)


@pytest.fixture
def presenter(qapp, recent: log.Recent) -> Iterator[LogsPresenter]:
    presenter = LogsPresenter(recent)
    yield presenter
    presenter.rest()


@pytest.fixture
def page(qtbot: QtBot, presenter: LogsPresenter, theme: Theme) -> LogsPage:
    page = LogsPage(presenter, theme)
    qtbot.addWidget(page)
    return page


def lines(page: LogsPage) -> list[str]:
    return [line.split(": ", 1)[1] for line in page.lines.toPlainText().splitlines()]


def test_what_was_said_before_and_is_said_later_is_shown(qtbot: QtBot, page: LogsPage) -> None:
    LOGGER.info("before")
    page.show()
    LOGGER.info("after")
    qtbot.waitUntil(lambda: lines(page) == ["before", "after"])


def test_while_hidden_it_asks_for_nothing_and_misses_nothing(
    qtbot: QtBot, page: LogsPage, presenter: LogsPresenter, recent: log.Recent, monkeypatch
) -> None:
    page.show()
    page.hide()
    asked: list[int] = []
    since = recent.since
    monkeypatch.setattr(recent, "since", lambda number: asked.append(number) or since(number))
    LOGGER.info("meanwhile")
    qtbot.wait(500)
    assert not presenter.is_looking
    assert asked == []
    assert lines(page) == []
    page.show()
    assert lines(page) == ["meanwhile"]


@pytest.mark.logs("careful")
def test_level_and_words_choose_what_is_shown(qtbot: QtBot, page: LogsPage) -> None:
    page.show()
    LOGGER.info("loaded a model")
    LOGGER.warning("careful with the model")
    page.level.setCurrentIndex(1)
    page.level.activated.emit(1)
    assert lines(page) == ["careful with the model"]
    page.level.activated.emit(0)
    page.field.setText("MODEL loaded")
    assert lines(page) == ["loaded a model"]
    page.copy.click()
    assert QGuiApplication.clipboard().text().endswith("ktdesk.somewhere: loaded a model\n")


def test_what_is_shown_can_be_saved(page: LogsPage, tmp_path: Path) -> None:
    page.show()
    LOGGER.info("你好")
    page._save(str(tmp_path / "kept.log"))
    assert (tmp_path / "kept.log").read_text("utf-8").endswith("你好\n")
    (tmp_path / "file").touch()
    page._save(str(tmp_path / "file" / "kept.log"))
    assert "cannot be written" in page.banner.text


def test_clearing_forgets_and_goes_on(qtbot: QtBot, page: LogsPage) -> None:
    page.show()
    LOGGER.info("old")
    page.clear.click()
    assert lines(page) == []
    LOGGER.info("new")
    qtbot.waitUntil(lambda: lines(page) == ["new"])


def test_the_reader_s_place_is_kept(qtbot: QtBot, page: LogsPage) -> None:
    page.resize(600, 300)
    page.show()
    for number in range(100):
        LOGGER.info("line %d", number)
    bar = page.lines.verticalScrollBar()
    qtbot.waitUntil(lambda: len(lines(page)) == 100)
    assert bar.value() == bar.maximum()
    bar.setValue(10)
    LOGGER.info("one more")
    qtbot.waitUntil(lambda: len(lines(page)) == 101)
    assert bar.value() == 10


def test_all_can_be_reached_and_has_a_name(page: LogsPage) -> None:
    page.show()
    check_accessible(page)


@pytest.mark.usefixtures("chinese")
def test_all_of_it_is_said_in_chinese(page: LogsPage) -> None:
    page.show()
    check_chinese(page)
