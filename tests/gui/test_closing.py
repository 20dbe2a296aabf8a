# SPDX-License-Identifier: Apache-2.0
"""Closing the window while models are downloaded: the question, the tray, and the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QPushButton, QSystemTrayIcon
from pytestqt.qtbot import QtBot

from ktdesk.library.downloads.item import Item, State
from tests.gui.fake_queue import FakeElsewhere, FakeQueue, half_done, order
from ui.library.closing import Closing
from ui.library.download_presenter import DownloadPresenter
from ui.library.tray import Tray
from ui.main_window import MainWindow
from ui.settings_store import SettingsStore

Make = Callable[..., Closing]


@pytest.fixture
def queue() -> FakeQueue:
    queue = FakeQueue()
    an_order = replace(order(), id="a")
    queue.put(Item(an_order, State.DOWNLOADING, half_done(an_order), remaining_s=2000.0))
    return queue


@pytest.fixture
def ends() -> list[str]:
    return []


@pytest.fixture
def make(
    qapp: QApplication, window: MainWindow, queue: FakeQueue, store: SettingsStore, ends: list[str]
) -> Iterator[Make]:
    downloads = DownloadPresenter(queue, FakeElsewhere())
    tray = Tray(downloads)

    def make(*, has_tray: bool = True) -> Closing:
        closing = Closing(
            window, downloads, tray, store, lambda: ends.append("end"), has_tray=lambda: has_tray
        )
        window.may_close = closing.may_close
        return closing

    yield make
    tray.hide()
    downloads.close()
    qapp.setQuitOnLastWindowClosed(True)


def press(closing: Closing, title: str, *, always: bool = False) -> None:
    assert closing.question is not None
    closing.question.findChild(QCheckBox).setChecked(always)
    buttons = closing.question.findChildren(QPushButton)
    (button,) = (each for each in buttons if each.text().replace("&", "") == title)
    button.click()


def test_without_downloads_the_window_just_closes(
    qtbot: QtBot, make: Make, window: MainWindow, queue: FakeQueue
) -> None:
    closing = make()
    queue.items.clear()
    queue.tell()
    qtbot.waitUntil(lambda: not closing._downloads.is_active)
    window.close()
    assert not window.isVisible()
    assert closing.question is None


def test_with_downloads_it_asks_and_cancelled_stays(make: Make, window: MainWindow) -> None:
    closing = make()
    window.close()
    window.close()  # asks once
    assert window.isVisible()
    press(closing, "Cancel")
    assert window.isVisible()
    assert closing.question is None


def test_it_goes_on_in_the_tray_and_comes_back(
    make: Make, window: MainWindow, qapp: QApplication, store: SettingsStore
) -> None:
    closing = make()
    window.close()
    press(closing, "Go on in the tray")
    assert not window.isVisible()
    assert not qapp.quitOnLastWindowClosed()
    closing.tray.open.trigger()
    assert window.isVisible()
    assert not closing.tray.is_visible
    assert store.settings.interface.close_while_downloading == "ask"


def test_the_choice_is_remembered(make: Make, window: MainWindow, store: SettingsStore) -> None:
    closing = make()
    window.close()
    press(closing, "Go on in the tray", always=True)
    assert store.settings.interface.close_while_downloading == "go on"
    closing.show_window()
    window.close()
    assert closing.question is None
    assert not window.isVisible()


def test_quitting_ends_it_all(make: Make, window: MainWindow, ends: list[str]) -> None:
    closing = make()
    window.close()
    press(closing, "Quit")
    assert ends == ["end"]


def test_remembered_quitting_closes_at_once(
    make: Make, window: MainWindow, store: SettingsStore
) -> None:
    make()
    store.set("interface", "close_while_downloading", "quit")
    window.close()
    assert not window.isVisible()


def test_without_a_tray_the_window_is_minimised(make: Make, window: MainWindow) -> None:
    closing = make(has_tray=False)
    window.close()
    press(closing, "Go on, minimised")
    assert window.isMinimized()
    assert window.isVisible()


def test_the_command_quit_does_not_ask(make: Make, window: MainWindow) -> None:
    closing = make()
    window.actions_by_id["quit"].trigger()
    assert closing.question is None
    assert not window.isVisible()


def test_the_menu_in_the_tray_shows_progress_pauses_and_quits(
    qtbot: QtBot, make: Make, queue: FakeQueue, ends: list[str]
) -> None:
    closing = make()
    closing.go_on()
    tray = closing.tray
    assert tray.progress.text() == "198.0 of 405.0 GB · 112 MB/s · about 31 min left"
    assert tray.all.text() == "Pause all downloads"
    tray.all.trigger()
    assert queue.items[0].state is State.PAUSED
    assert tray.all.text() == "Go on with all"
    tray.all.trigger()
    assert queue.items[0].state is State.QUEUED
    tray.quit.trigger()
    assert ends == ["end"]


def test_what_finishes_is_told_there(
    qtbot: QtBot, make: Make, queue: FakeQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(
        QSystemTrayIcon, "showMessage", lambda self, title, text, icon: told.append(text)
    )
    make().go_on()
    queue.put(replace(queue.items[0], state=State.DONE))
    qtbot.waitUntil(lambda: told == ["DeepSeek-R1 Q4_K_M is complete."])
