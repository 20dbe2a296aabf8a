# SPDX-License-Identifier: Apache-2.0
"""Newer versions: nobody is asked before the user says so, and what is found is told once."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ktdesk import __version__
from ktdesk.errors import DownloadError, KTDeskError
from ktdesk.settings import InterfaceSettings, Settings, UpdatesSettings, save_settings
from ktdesk.updates import Release
from tests.faulty_server import FaultyServer
from tests.gui.accessible import check_accessible
from ui.chat.link_question import LinkQuestion
from ui.language import Language
from ui.main_window import MainWindow
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.updates.banner import UpdateBanner
from ui.updates.presenter import Shown, UpdatePresenter

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 30)


def release(version: str) -> Release:
    return Release(version, "2026-12-01", "https://example.org/new", "https://example.org/", ())


class Feed:
    """Names a version, or fails, and counts how often it is asked. May be told to wait."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer: Release | KTDeskError = release("9.0.0")
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __call__(self, settings: Settings) -> Release:
        del settings
        self.asked += 1
        self.may_answer.wait(10)
        if isinstance(self.answer, KTDeskError):
            raise self.answer
        return self.answer


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture
def updates(store: SettingsStore, feed: Feed) -> UpdatePresenter:
    return UpdatePresenter(store, store, look=feed, today=lambda: TODAY)


@pytest.fixture
def banner(qtbot: QtBot, updates: UpdatePresenter, theme: Theme) -> UpdateBanner:
    banner = UpdateBanner(updates, theme, None)
    qtbot.addWidget(banner)
    return banner


def buttons(banner: UpdateBanner) -> list[str]:
    return [each.text() for each in banner.findChildren(QPushButton) if not each.isHidden()]


def test_the_first_start_asks_the_user_and_nobody_else(
    updates: UpdatePresenter, banner: UpdateBanner, feed: Feed
) -> None:
    assert banner.isHidden()
    updates.start()
    assert "May KTDesk look for a newer version" in banner.text.text()
    assert buttons(banner) == ["Yes", "No"]
    check_accessible(banner)
    assert feed.asked == 0


def test_a_copy_that_knows_no_place_of_releases_asks_nothing(
    updates: UpdatePresenter, banner: UpdateBanner, store: SettingsStore, feed: Feed
) -> None:
    store.set("updates", "feed", "")
    updates.start()
    store.set("updates", "look", "at start")
    updates.start()
    assert (banner.isHidden(), feed.asked) == (True, 0)


def test_no_is_kept_and_never_asked_again(
    updates: UpdatePresenter, banner: UpdateBanner, store: SettingsStore, feed: Feed
) -> None:
    updates.start()
    banner.no.click()
    assert banner.isHidden()
    assert store.settings.updates.look == "never"
    updates.start()
    assert (banner.isHidden(), feed.asked) == (True, 0)


def test_yes_looks_at_once_and_then_once_a_day(
    qtbot: QtBot, updates: UpdatePresenter, banner: UpdateBanner, store, feed: Feed
) -> None:
    updates.start()
    banner.yes.click()
    qtbot.waitUntil(lambda: updates.shown is Shown.NEWER)
    expected = f"KTDesk 9.0.0 of 2026-12-01 is there. This is KTDesk {__version__}."
    assert banner.text.text() == expected
    assert buttons(banner) == ["What is new", "Download page"]
    assert (store.settings.updates.look, store.settings.updates.looked_on) == (
        "at start", "2026-11-30",
    )  # fmt: skip
    updates.start()
    assert feed.asked == 1
    store.set("updates", "looked_on", "2026-11-29")
    updates.start()
    qtbot.waitUntil(lambda: feed.asked == 2)


@pytest.mark.parametrize(
    "answer", [release(__version__), DownloadError("It is not reached.", kind="offline")]
)
def test_the_start_tells_only_of_a_newer_version(
    qtbot: QtBot, updates: UpdatePresenter, banner: UpdateBanner, store, feed: Feed, answer
) -> None:
    feed.answer = answer
    store.set("updates", "look", "at start")
    updates.start()
    qtbot.waitUntil(lambda: bool(updates.release or updates.error))
    assert (banner.isHidden(), feed.asked) == (True, 1)


def test_who_looks_now_is_told_whatever_comes_of_it(
    qtbot: QtBot, updates: UpdatePresenter, banner: UpdateBanner, store, feed: Feed
) -> None:
    feed.answer = release(__version__)
    updates.look()
    assert banner.text.text() == "Looking for a newer version…"
    qtbot.waitUntil(lambda: updates.shown is Shown.NEWEST)
    assert banner.text.text() == f"There is no newer version than this KTDesk {__version__}."
    feed.answer = DownloadError("It is not reached.", hint="Try again later.", kind="offline")
    updates.look()
    qtbot.waitUntil(lambda: updates.shown is Shown.ERROR)
    assert banner.text.text() == "It is not reached. Try again later."
    banner.dismiss.click()
    assert banner.isHidden()
    assert store.settings.updates.look == "ask"  # that was one look


def test_a_look_under_way_serves_who_wants_to_know_now(
    qtbot: QtBot, updates: UpdatePresenter, store: SettingsStore, feed: Feed
) -> None:
    feed.may_answer.clear()
    feed.answer = release(__version__)
    store.set("updates", "look", "at start")
    updates.start()
    updates.look()
    feed.may_answer.set()
    qtbot.waitUntil(lambda: updates.shown is Shown.NEWEST)
    assert feed.asked == 1


def test_an_answer_in_the_settings_ends_the_question(
    updates: UpdatePresenter, banner: UpdateBanner, store: SettingsStore
) -> None:
    updates.start()
    store.set("updates", "look", "never")
    assert banner.isHidden()


def test_no_address_is_opened_without_a_question(
    qtbot: QtBot, updates: UpdatePresenter, banner: UpdateBanner, feed: Feed
) -> None:
    updates.look()
    qtbot.waitUntil(lambda: updates.shown is Shown.NEWER)
    for button, address in (
        (banner.notes, "https://example.org/new"),
        (banner.page, "https://example.org/"),
    ):
        button.click()
        (question,) = banner.findChildren(LinkQuestion)
        assert question.informativeText() == address
        question.reject()
        qtbot.waitUntil(lambda: not banner.findChildren(LinkQuestion))


def test_it_is_said_in_chinese(
    updates: UpdatePresenter, banner: UpdateBanner, language: Language
) -> None:
    updates.start()
    language.use("zh_CN")
    banner.retranslate()
    assert "是否允许 KTDesk 在启动时检查新版本" in banner.text.text()
    assert buttons(banner) == ["是", "否"]


def test_the_window_has_a_command_for_it(
    qtbot: QtBot, window: MainWindow, store: SettingsStore, tmp_path: Path
) -> None:
    store.set("updates", "feed", (tmp_path / "none.json").as_uri())
    window.actions_by_id["updates"].trigger()
    qtbot.waitUntil(lambda: window.updates.shown is Shown.ERROR)
    assert "There is no file" in window.findChild(UpdateBanner).text.text()


PROGRAM = """
import sys
OUT = ("socket.connect", "socket.getaddrinfo")
sys.addaudithook(lambda event, _: event in OUT and print(event))
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from ui.chat.model_presenter import ModelPresenter
from ui.main_window import MainWindow
def look():
    (window,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    if (shown := window.updates.shown.value) == {expected!r}:
        print(shown)
        QTimer.singleShot(500, QApplication.quit)
    else:
        QTimer.singleShot(50, look)
ModelPresenter.start = lambda self: QTimer.singleShot(500, look)
from ui.app import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("look", "expected", "requests"),
    [("ask", "question", 0), ("never", "nothing", 0), ("at start", "newer", 1)],
)
def test_the_program_asks_nobody_before_it_may(look: str, expected: str, requests: int) -> None:
    """Nobody at all: every way out of Python's to another computer is watched."""
    newest = {
        "version": "9.0.0",
        "date": "2026-12-01",
        "notes": "https://example.org/new",
        "page": "https://example.org/",
        "files": [],
    }
    with FaultyServer() as server:
        address = server.add("/latest.json", json.dumps(newest).encode())
        save_settings(
            Settings(
                interface=InterfaceSettings(wizard_done=True),
                updates=UpdatesSettings(look=look, feed=address),
            )
        )
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(expected=expected)],
            cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        *went_out, said = done.stdout.splitlines()
        assert (said, done.returncode) == (expected, 0), done.stderr
        assert went_out.count("socket.connect") == len(server.served()) == requests
        assert bool(went_out) == bool(requests)
