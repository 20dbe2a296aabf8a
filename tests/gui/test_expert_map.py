# SPDX-License-Identifier: Apache-2.0
"""The map of experts on the Placement page, while a model answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.gui.fake_engine import FakeEngine
from tests.gui.placement_fixtures import Workplace, lite, show
from tests.tiny.llama import tiny_llama
from ui.chat.model_presenter import ModelPresenter
from ui.placement.expert_watch import LOOK_MS
from ui.placement.page import PlacementPage
from ui.placement.presenter import PlacementPresenter
from ui.settings_store import SettingsStore
from ui.theme import Theme

pytestmark = pytest.mark.usefixtures("unread")

LAYER = 5


@pytest.fixture
def page(qtbot: QtBot, model: ModelPresenter, store: SettingsStore, theme: Theme) -> PlacementPage:
    page = PlacementPage(PlacementPresenter(model, store, model, Workplace().open), model, theme)
    qtbot.addWidget(page)
    page.resize(800, 700)
    page.show()
    return page


@pytest.fixture
def watched(
    qtbot: QtBot, page: PlacementPage, model: ModelPresenter, tmp_path: Path
) -> PlacementPage:
    """The page of a model that is loaded."""
    model.load(lite(tmp_path))
    qtbot.waitUntil(lambda: model.is_ready and page._presenter.plan is not None, timeout=30_000)
    return page


def count(engine: FakeEngine, expert: int, times: int) -> None:
    """Let a layer's tokens choose an expert."""
    counts = engine.counts if engine.counts.size else np.zeros((27, 64), np.int64)
    engine.counts = counts.copy()
    engine.counts[LAYER, expert] += times


def colour(page: PlacementPage, expert: int) -> QColor:
    """Return the colour of an expert on the screen."""
    grid = page.experts.grid
    left, width = page.map.column(LAYER)
    y = int((expert + 0.5) * grid.height() / 64)
    return QColor(grid.grab().toImage().pixel(int(left + width / 2), y))


def test_before_an_answer_it_says_when_it_is_counted(watched: PlacementPage) -> None:
    assert watched.experts.isVisible()
    assert not watched.experts.grid.isVisible()
    assert watched.experts.words.text() == "Counted while the model answers."


def test_what_is_chosen_is_seen_while_it_happens(
    qtbot: QtBot, watched: PlacementPage, engine: FakeEngine, theme: Theme
) -> None:
    grid = watched.experts.grid
    count(engine, 7, 90)
    count(engine, 8, 10)
    qtbot.waitUntil(grid.isVisible)
    assert watched.experts.words.text().startswith("100 choices were counted since")
    assert colour(watched, 7) == theme.colour("text")
    # Nothing new, and the mark of what was chosen just now goes; often stays warmer than seldom.
    qtbot.waitUntil(lambda: colour(watched, 7) != theme.colour("text"))
    often, seldom, never = (colour(watched, expert) for expert in (7, 8, 9))
    assert never == theme.colour("panel")
    assert len({often.rgb(), seldom.rgb(), never.rgb()}) == 3
    left, width = watched.map.column(LAYER)
    middle = QPointF(left + width / 2, 7.5 * grid.height() / 64)
    watched.experts.show_on_cards({})
    assert grid.text_at(middle) == "Layer 5, expert 7: 90.0% of the choices"
    assert "gets" not in watched.experts.words.text()
    assert "got 100% of them" in watched.experts.words.text()


def test_experts_on_a_card_have_its_colour(
    qtbot: QtBot, watched: PlacementPage, engine: FakeEngine, theme: Theme
) -> None:
    count(engine, 7, 90)
    count(engine, 8, 90)
    qtbot.waitUntil(lambda: watched.experts.grid.isVisible())
    qtbot.waitUntil(lambda: colour(watched, 7) != theme.colour("text"))
    watched.experts.show_on_cards({})
    at_home = colour(watched, 7)
    watched.experts.show_on_cards({LAYER: frozenset({7})})
    assert colour(watched, 7) != colour(watched, 8) == at_home
    assert "on a graphics card" in watched.experts._legend.text()
    left, width = watched.map.column(LAYER)
    middle = QPointF(left + width / 2, 7.5 * watched.experts.grid.height() / 64)
    assert "expert 7, on a graphics card: 50.0%" in watched.experts.grid.text_at(middle)


def test_nobody_looks_while_the_page_is_hidden(
    qtbot: QtBot, watched: PlacementPage, engine: FakeEngine
) -> None:
    watched.hide()
    count(engine, 3, 5)
    qtbot.wait(3 * LOOK_MS)
    assert watched.experts._choices is None
    watched.show()
    qtbot.waitUntil(lambda: watched.experts._choices is not None)


def test_another_model_s_choices_are_not_shown(
    qtbot: QtBot, watched: PlacementPage, engine: FakeEngine, tmp_path: Path
) -> None:
    count(engine, 3, 5)
    qtbot.waitUntil(watched.experts.grid.isVisible)
    show(watched._presenter, tiny_llama(tmp_path / "dense.gguf").path, qtbot.waitUntil)
    assert not watched.experts.isVisible()  # which has no experts at all
    (tmp_path / "other").mkdir()
    show(watched._presenter, lite(tmp_path / "other"), qtbot.waitUntil)
    qtbot.waitUntil(lambda: not watched.experts.grid.isVisible())


def test_what_earlier_answers_chose_is_shown_until_there_are_others(
    qtbot: QtBot, watched: PlacementPage, engine: FakeEngine
) -> None:
    kept = np.zeros((27, 64), np.int64)
    kept[LAYER] = 4
    watched._presenter.planner.counts = kept
    qtbot.waitUntil(lambda: "256 choices were counted in earlier" in watched.experts.words.text())
    count(engine, 3, 5)
    qtbot.waitUntil(lambda: "5 choices were counted since" in watched.experts.words.text())
