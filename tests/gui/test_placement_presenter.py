# SPDX-License-Identifier: Apache-2.0
"""Planning a model as wishes and rules change, without widgets."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from ktdesk.settings import EngineSettings, placements_folder
from tests.gui.fake_engine import FakeEngine
from tests.gui.placement_fixtures import Workplace, lite, show
from tests.unit.planning.machines import card, machine
from ui.chat.model_presenter import ModelPresenter
from ui.placement.presenter import PlacementPresenter
from ui.placement.rules import AUTO, OWN
from ui.settings_store import SettingsStore

pytestmark = pytest.mark.usefixtures("unread")

ON_CPU = 'rules:\n  - match: "**"\n    use: "*.cpu"\n'
WRONG = 'rules:\n  - match: "**"\n    use: "*.cpu"\n  - match: layers.0\n    use: linear.cpuu\n'


@pytest.fixture
def workplace() -> Workplace:
    return Workplace()


@pytest.fixture
def presenter(model: ModelPresenter, store: SettingsStore, workplace: Workplace):
    return PlacementPresenter(model, store, model, workplace.open)


@pytest.fixture
def shown(qtbot: QtBot, presenter: PlacementPresenter, tmp_path: Path) -> PlacementPresenter:
    """The presenter with the plan of a model."""
    show(presenter, lite(tmp_path), qtbot.waitUntil)
    return presenter


def test_the_model_that_is_loaded_is_planned_as_it_was_loaded(
    qtbot: QtBot, model: ModelPresenter, store: SettingsStore, presenter, tmp_path: Path
) -> None:
    store.set("engine", "context_tokens", 16384)
    path = lite(tmp_path)
    model.load(path)
    qtbot.waitUntil(lambda: presenter.plan is not None)
    assert presenter.path == path
    assert presenter.wanted.context_tokens == 16384
    assert presenter.rules.choice == AUTO


def test_wishes_are_planned_at_once_and_become_the_models_own_when_they_are_used(
    qtbot: QtBot, shown: PlacementPresenter, store: SettingsStore, model: ModelPresenter
) -> None:
    before = shown.plan.needs
    shown.want_context(65536)
    shown.want_cache("q8_0")
    shown.want_memory(8000)
    assert shown.plan.needs != before
    assert shown.plan.needs.cards[0].total <= 8_000_000_000
    assert store.settings.engine.context_tokens == 0
    shown.use()
    qtbot.waitUntil(lambda: model.is_ready)
    engine = model.engine_settings
    assert (engine.context_tokens, engine.cache_type, engine.vram_mb) == (65536, "q8_0", 8000)
    assert store.settings.engine == EngineSettings()
    assert not model.needs_reload
    assert model.info.placement == AUTO


def test_a_context_that_nobody_chose_stays_up_to_the_model(
    shown: PlacementPresenter, store: SettingsStore
) -> None:
    shown.use()
    assert shown.wanted.context_tokens == 8192
    assert store.settings.engine.context_tokens == 0


def test_what_ktdesk_chooses_is_shown_as_rules_and_follows_the_wishes(
    shown: PlacementPresenter,
) -> None:
    roomy = shown.rules.text
    assert "*.cuda" in roomy
    shown.want_memory(100)
    assert shown.rules.text != roomy
    assert "*.cpu" in shown.rules.text
    assert shown.rules.choice == AUTO


def test_rules_are_checked_a_moment_after_the_last_key(
    qtbot: QtBot, shown: PlacementPresenter
) -> None:
    good = shown.plan
    with qtbot.waitSignal(shown.changed):
        shown.edit(WRONG)
        assert shown.error is None
    assert shown.rules.choice == OWN
    assert shown.error.line == 4
    assert shown.plan is good
    assert not shown.can_use
    with qtbot.waitSignal(shown.changed):
        shown.edit(ON_CPU)
    assert shown.error is None
    assert not shown.plan.needs.cards


def test_own_rules_are_saved_for_the_model_and_loaded(
    qtbot: QtBot, shown: PlacementPresenter, model: ModelPresenter, engine: FakeEngine
) -> None:
    shown.edit(ON_CPU)
    shown.use()
    file = placements_folder() / "lite.yaml"
    assert file.read_text("utf-8") == ON_CPU
    qtbot.waitUntil(lambda: model.is_ready and not shown.is_reading)
    assert model.info.placement == str(file)
    assert (shown.rules.choice, shown.rules.text) == (OWN, ON_CPU)
    model.reload()
    qtbot.waitUntil(lambda: len(engine.loads) == 2 and model.is_ready)
    assert model.info.placement == str(file)


def test_rules_that_are_wrong_are_not_used(shown: PlacementPresenter, engine: FakeEngine) -> None:
    shown.edit(WRONG)
    shown.use()
    assert not engine.loads
    assert not placements_folder().exists()


def test_what_advice_is_against_can_be_used(
    qtbot: QtBot, shown: PlacementPresenter, model: ModelPresenter
) -> None:
    shown.choose("gpu_only")
    shown.want_memory(1000)
    assert shown.plan.verdict.fit == "will_not_run"
    shown.use()
    qtbot.waitUntil(lambda: model.is_ready)
    assert model.info.placement == "gpu_only"


def test_a_file_is_opened_and_what_it_extends_is_beside_it(
    qtbot: QtBot, shown: PlacementPresenter, tmp_path: Path
) -> None:
    (tmp_path / "base.yaml").write_text(ON_CPU)
    (tmp_path / "mine.yaml").write_text("extends: base.yaml\n")
    shown.open_file(tmp_path / "mine.yaml")
    assert shown.error is None
    assert not shown.plan.needs.cards
    shown.use()  # is saved elsewhere, where there is no such base
    assert "base.yaml" in str(shown.error)
    with qtbot.waitSignal(shown.failed) as failed:
        shown.open_file(tmp_path / "none.yaml")
    assert "cannot be read" in str(failed.args[0])


def test_a_card_that_is_not_there_is_missing_all_it_would_hold(
    qtbot: QtBot, presenter: PlacementPresenter, workplace: Workplace, tmp_path: Path
) -> None:
    workplace.machine = machine(64)
    show(presenter, lite(tmp_path), qtbot.waitUntil)
    presenter.choose("one_gpu")
    (shortage,) = presenter.plan.verdict.shortages
    assert shortage.card == 0
    assert shortage.missing_bytes == presenter.plan.needs.cards[0].total


def test_a_file_that_is_no_model_is_an_error(
    qtbot: QtBot, presenter: PlacementPresenter, tmp_path: Path
) -> None:
    (tmp_path / "bad.gguf").write_bytes(b"no model")
    with qtbot.waitSignal(presenter.failed):
        presenter.show_model(tmp_path / "bad.gguf")
    assert presenter.plan is None
    assert not presenter.is_reading


def test_another_model_begins_with_ktdesk_s_own_choice(
    qtbot: QtBot, shown: PlacementPresenter, tmp_path: Path
) -> None:
    shown.edit(ON_CPU)
    other = tmp_path / "other"
    other.mkdir()
    shown.want_memory(card().free_bytes // 1_000_000)
    show(shown, lite(other), qtbot.waitUntil)
    assert shown.rules.choice == AUTO
    assert "*.cuda" in shown.rules.text
