# SPDX-License-Identifier: Apache-2.0
"""Panes from 270 to 500 pixels wide say whole things, in both languages, and as many as fit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from PySide6.QtWidgets import QApplication, QProgressBar, QPushButton
from pytestqt.qtbot import QtBot

from tests.gui.driving import say
from tests.gui.fitting import cut
from ui.chat.status_line import BETWEEN, StatusLine
from ui.chat.suggestions import Suggestions
from ui.language import LANGUAGES, Language
from ui.main_window import MainWindow
from ui.widgets.elided_label import ElidedLabel
from ui.workspace.pane_area import NARROWEST
from ui.workspace.presenter import Workspace

pytestmark = pytest.mark.usefixtures("loaded")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[Language]:
    language = Language(qapp)
    language.use(request.param)
    yield language
    language.use("en")


@pytest.fixture
def panes(qtbot: QtBot, window: MainWindow, workspace: Workspace, language) -> MainWindow:
    """A window with a chat, and two that have not begun."""
    window.sidebar.hide()
    say(qtbot, window, workspace.active, "What is a mixture of experts?")
    workspace.split()
    workspace.split()
    return window


def resize(window: MainWindow, width: int, height: int) -> None:
    """Give each pane a width, and the window a height."""
    window.resize(3 * width, height)
    QApplication.processEvents()


def test_nothing_is_cut(panes: MainWindow) -> None:
    for width in (NARROWEST, 300, 340, 420, 500):
        for height in (460, 560, 900):
            resize(panes, width, height)
            views = panes.workspace.area.views
            assert all(abs(view.width() - width) <= 1 for view in views)
            assert [cut(view) for view in views] == [[], [], []]


def test_the_status_line_leaves_out_whole_parts_of_the_model_first(panes: MainWindow) -> None:
    line = panes.workspace.area.views[0].findChild(StatusLine)
    about, context = line.findChildren(ElidedLabel)
    widgets = (about, context, line.findChild(QProgressBar))
    counts: list[int] = []
    for width in (NARROWEST, 340, 500, 700):
        resize(panes, width, 600)
        parts = about.whole.split(BETWEEN)
        shown = about.text().split(BETWEEN) if about.text() else []
        assert shown == parts[: len(shown)]
        assert about.toolTip() == (about.whole if len(shown) < len(parts) else "")
        assert context.text() == context.whole
        assert all(a.geometry().right() < b.x() for a, b in pairwise(widgets))
        counts.append(len(shown))
    assert counts == sorted(counts)
    assert counts[0] < counts[-1] == len(parts)


def test_suggestions_that_have_no_room_are_not_shown(panes: MainWindow) -> None:
    suggestions = panes.workspace.area.views[1].findChild(Suggestions)
    counts: list[int] = []
    for height in (460, 620, 1000):
        resize(panes, 340, height)
        shown = [chip for chip in suggestions.findChildren(QPushButton) if chip.isVisible()]
        assert all(suggestions.rect().contains(chip.geometry()) for chip in shown)
        counts.append(len(shown))
    assert counts == sorted(counts)
    assert counts[0] < counts[-1] == 4


def test_a_label_says_the_longest_that_fits_and_all_to_those_who_ask(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.show()
    label.say("Context 12 of 512", "12 / 512")
    advance = label.fontMetrics().horizontalAdvance
    for width, said in (
        (advance("Context 12 of 512"), "Context 12 of 512"),
        (advance("Context 12 of 512") - 1, "12 / 512"),
        (advance("12 / 512"), "12 / 512"),
    ):
        label.resize(width, 20)
        assert label.text() == said
        assert label.toolTip() == ("" if said == label.whole else label.whole)
    label.resize(advance("12 / 512") - 1, 20)
    assert label.text().endswith("…")
    assert label.accessibleName() == "Context 12 of 512"
