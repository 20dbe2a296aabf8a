# SPDX-License-Identifier: Apache-2.0
"""All pages of the real window: reached by keys, named, whole in both languages and themes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ktdesk.log import Recent
from ktdesk.settings import crashes_folder
from tests.gui.accessible import check_accessible
from tests.gui.fitting import cut
from tests.gui.said import check_chinese
from ui.crash_reports import CrashReports
from ui.language import Language
from ui.library.on_demand import LibraryOnDemand
from ui.main_window import MainWindow
from ui.pages import Pages
from ui.server.opening import server_over
from ui.server.presenter import ServerPresenter

PAGES = (
    "chat", "discover", "shelf", "placement", "hardware", "bench", "server", "logs", "preferences",
)  # fmt: skip


@pytest.fixture
def window(
    qtbot: QtBot, workspace, bridge, engine, model, kept, store, theme
) -> Iterator[MainWindow]:
    store.set("interface", "advanced", True)
    library = LibraryOnDemand(store, model, theme, bridge)
    server = ServerPresenter(server_over(engine), store, model, bridge)
    reports = CrashReports(crashes_folder())
    pages = Pages(store, model, library, server, Recent(), reports, theme, bridge)
    window = MainWindow(workspace, model, kept, store, theme, pages.kinds())
    qtbot.addWidget(window)
    window.resize(1000, 760)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield window
    window.show_page("chat")  # so that none looks at the machine any more
    library.close()
    qtbot.waitUntil(lambda: not threads(), timeout=60_000)


def threads() -> list[threading.Thread]:
    """Return what still looks at the machine, the disks or the models."""
    return [each for each in threading.enumerate() if each.name == "in_thread"]


def shown(window: MainWindow) -> QWidget:
    return window._stack.currentWidget()


def test_the_rail_has_all_pages_in_order(window: MainWindow) -> None:
    titles = [button.text() for button in window.findChildren(QToolButton, "railButton")]
    assert titles == [
        "Chat", "Discover", "My models", "Placement", "Hardware", "Bench", "Server", "Logs",
        "Settings",
    ]  # fmt: skip


def test_keys_alone_lead_to_every_page_and_all_of_it(qtbot: QtBot, window: MainWindow) -> None:
    seen: list[QWidget] = []
    for number, id_ in enumerate(PAGES, 1):
        keys = Qt.Key.Key_Comma if id_ == "preferences" else Qt.Key(Qt.Key.Key_0 + number)
        qtbot.keyClick(window, keys, Qt.KeyboardModifier.ControlModifier)
        qtbot.wait(100)
        assert shown(window) not in seen, id_
        seen.append(shown(window))
        check_accessible(shown(window))


def test_the_rail_is_reached_by_tab_and_pressed_by_space(qtbot: QtBot, window: MainWindow) -> None:
    buttons = window.findChildren(QToolButton, "railButton")
    buttons[0].setFocus()
    for button in buttons[1:]:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is button
    qtbot.keyClick(buttons[-1], Qt.Key.Key_Space)
    assert shown(window) is window._pages["preferences"]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_no_text_is_cut_in_any_language(
    qtbot: QtBot, window: MainWindow, language: Language, theme, mode: str
) -> None:
    def check(said: str) -> None:
        assert cut(shown(window)) == [], said

    theme.use(mode)
    for id_ in PAGES:
        window.show_page(id_)
        for code in ("zh_CN", "en"):
            language.use(code)
            # What a page looks up comes later, and layouts follow it at the next turn.
            qtbot.waitUntil(partial(check, f"{id_} in {code}"))
    theme.use("system")


def test_little_height_leaves_icons_with_names(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(window.minimumSize())
    qtbot.waitUntil(lambda: window.height() == window.minimumHeight())
    for button in window.findChildren(QToolButton, "railButton"):
        assert button.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
        assert button.toolTip()
        assert window.rect().contains(button.mapTo(window, button.rect().bottomRight()))


def test_the_focus_is_seen(qtbot: QtBot, window: MainWindow) -> None:
    """What has the focus is painted otherwise than without it."""
    window.show_page("preferences")
    page = shown(window)
    kinds = (QLineEdit, QPushButton, QCheckBox)
    for widget in (next(w for w in page.findChildren(kind) if w.isEnabled()) for kind in kinds):
        page.setFocus()
        window.setFocus()
        before = widget.grab().toImage()
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert widget.grab().toImage() != before, widget


@pytest.mark.usefixtures("chinese")
def test_all_of_it_is_said_in_chinese(qtbot: QtBot, window: MainWindow) -> None:
    for id_ in PAGES:
        window.show_page(id_)
        qtbot.wait(100)
    window.workspace.toggle_drawer()
    window.workspace.toggle_chat_settings()
    window.actions_by_id["compare"].trigger()
    window.actions_by_id["palette"].trigger()
    check_chinese(window)
