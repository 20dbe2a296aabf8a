# SPDX-License-Identifier: Apache-2.0
"""What one model has otherwise than all: chosen in the drawer, kept by its content."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLineEdit, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from ktdesk.library.shelf.loading import prepare_load
from ktdesk.settings import EngineSettings, SamplingSettings
from tests.gui.fake_engine import FakeEngine
from tests.gui.wizard_driving import wait
from tests.unit.library.shelf.making import model as model_bytes
from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.main_window import MainWindow
from ui.settings_store import SettingsStore


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with content that can be told from others."""
    path = tmp_path / "a.gguf"
    path.write_bytes(model_bytes("a"))
    return path


def load(qtbot: QtBot, model: ModelPresenter, path: Path) -> None:
    model.load(path)
    wait(qtbot, lambda: model.is_ready)


def field(window: MainWindow, name: str, kind: type[QWidget]):
    return window.workspace.drawer.findChild(QWidget, name).findChild(kind)


def mark(window: MainWindow, name: str) -> QWidget:
    return window.workspace.drawer.findChild(QWidget, f"own.{name}")


@pytest.fixture
def drawer(window: MainWindow, loaded: ModelPresenter):
    """The drawer, open, for the model alone, with all that can be set."""
    window._store.set("interface", "advanced", True)
    window.actions_by_id["settings"].trigger()
    drawer = window.workspace.drawer
    drawer.scope.choose(is_of_model=True)
    return drawer


def test_nothing_is_kept_for_a_model_without_content(window: MainWindow) -> None:
    window.actions_by_id["settings"].trigger()
    assert not window.workspace.drawer.scope.isVisible()


def test_what_is_changed_for_the_model_changes_nothing_for_all(
    window: MainWindow, drawer, loaded: ModelPresenter, store: SettingsStore
) -> None:
    field(window, "sampling.temperature", QDoubleSpinBox).setValue(0.25)
    field(window, "engine.context_tokens", QSpinBox).setValue(256)
    assert store.settings.sampling == SamplingSettings()
    assert store.settings.engine == EngineSettings()
    assert loaded.own.over(store.settings.sampling) == SamplingSettings(temperature=0.25)
    assert loaded.needs_reload
    assert mark(window, "sampling.temperature").isVisible()
    assert not mark(window, "sampling.top_k").isVisible()


def test_for_the_model_only_what_it_may_have_is_shown(window: MainWindow, drawer) -> None:
    shown = {
        name: window.workspace.drawer.findChild(QWidget, name).isVisible()
        for name in ("engine.threads", "engine.cache_type", "sampling.seed")
    }
    assert shown == {
        "engine.threads": False,
        "engine.cache_type": True,
        "sampling.seed": True,
    }
    drawer.scope.choose(is_of_model=False)
    assert window.workspace.drawer.findChild(QWidget, "engine.threads").isVisible()


def test_looking_at_both_and_leaving_a_field_makes_nothing_its_own(
    window: MainWindow, drawer, loaded: ModelPresenter, store: SettingsStore
) -> None:
    store.set("sampling", "top_k", 7)
    drawer.scope.choose(is_of_model=False)
    drawer.scope.choose(is_of_model=True)
    field(window, "sampling.seed", QLineEdit).editingFinished.emit()
    assert field(window, "sampling.top_k", QSpinBox).value() == 7
    assert not any(loaded.own.has("sampling", name) for name in ("top_k", "seed", "temperature"))


def test_what_is_taken_back_follows_all_models_again(
    qtbot: QtBot, window: MainWindow, drawer, loaded: ModelPresenter, store: SettingsStore
) -> None:
    choice = field(window, "engine.cache_type", QComboBox)
    choice.activated.emit(choice.findData("q8_0"))
    assert loaded.engine_settings.cache_type == "q8_0"
    drawer.scope.choose(is_of_model=False)
    assert choice.currentData() == "f16"
    assert mark(window, "engine.cache_type").isVisible()  # all models are said of, too
    button = mark(window, "engine.cache_type").findChild(QPushButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert loaded.engine_settings == store.settings.engine
    assert not mark(window, "engine.cache_type").isVisible()


def test_a_renamed_model_is_loaded_and_asked_with_its_own(
    qtbot: QtBot,
    window: MainWindow,
    drawer,
    chat: ChatPresenter,
    loaded: ModelPresenter,
    engine: FakeEngine,
    file: Path,
    tmp_path: Path,
) -> None:
    field(window, "engine.context_tokens", QSpinBox).setValue(256)
    field(window, "sampling.temperature", QDoubleSpinBox).setValue(0.25)
    other = tmp_path / "b.gguf"
    other.write_bytes(model_bytes("b"))
    load(qtbot, loaded, other)
    assert engine.loads[-1][2] == 0
    assert field(window, "sampling.temperature", QDoubleSpinBox).value() == 0.7
    load(qtbot, loaded, file.rename(tmp_path / "renamed.gguf"))
    assert engine.loads[-1][2] == 256
    assert not loaded.needs_reload
    chat.ask("hello")
    wait(qtbot, lambda: not chat.is_answering)
    assert engine.requests[-1].options.temperature == 0.25
    assert chat.messages[-1].settings["sampling"]["temperature"] == 0.25


def test_a_placement_chosen_meanwhile_stays(
    qtbot: QtBot, loaded: ModelPresenter, file: Path
) -> None:
    loaded.own.set("sampling", "top_k", 3)
    loaded.load(file, "cpu_only", {"vram_mb": 4000, "cache_type": "f16"})
    wait(qtbot, lambda: loaded.is_ready)
    loaded.own.set("sampling", "top_k", 4)
    load(qtbot, loaded, file)
    assert loaded.info.placement == "cpu_only"
    assert loaded.own.over(SamplingSettings()).top_k == 4
    assert loaded.own.has("engine", "vram_mb")
    assert not loaded.own.has("engine", "cache_type")  # it is that of all


def test_what_cannot_be_kept_is_said(
    window: MainWindow, loaded: ModelPresenter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("a file where the folder should be")
    monkeypatch.setenv("KTDESK_HOME", str(tmp_path / "file"))
    loaded.own.set("sampling", "top_k", 3)
    loaded.own.save_now()
    assert "cannot be kept" in window.page.banner.text


def test_what_was_changed_last_is_kept_when_the_window_closes(
    window: MainWindow, loaded: ModelPresenter, file: Path
) -> None:
    loaded.own.set("sampling", "top_k", 3)
    window.close()
    assert prepare_load(file).own.over(SamplingSettings()).top_k == 3
