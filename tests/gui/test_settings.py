# SPDX-License-Identifier: Apache-2.0
"""The drawer of settings, the theme, and what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDoubleSpinBox, QLineEdit, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from ktdesk.settings import load_settings
from ui.chat.model_presenter import ModelPresenter
from ui.main_window import MainWindow
from ui.settings_store import SettingsStore
from ui.theme import Theme


def field(window: MainWindow, name: str, kind: type[QWidget]):
    return window.workspace.drawer.findChild(QWidget, name).findChild(kind)


def test_values_are_taken_and_saved(window: MainWindow, store: SettingsStore) -> None:
    field(window, "sampling.temperature", QDoubleSpinBox).setValue(1.25)
    field(window, "engine.threads", QSpinBox).setValue(3)
    store.save_now()
    kept = load_settings()
    assert (kept.sampling.temperature, kept.engine.threads) == (1.25, 3)


@pytest.mark.parametrize(
    ("typed", "seed"), [("7", 7), ("", None), ("seven", None), ("4294967296", None)]
)
def test_a_seed_is_a_whole_number_or_nothing(
    qtbot: QtBot, window: MainWindow, store: SettingsStore, typed: str, seed: int | None
) -> None:
    entry = field(window, "sampling.seed", QLineEdit)
    entry.setText("5")
    entry.editingFinished.emit()
    entry.setText(typed)
    entry.editingFinished.emit()
    assert store.settings.sampling.seed == seed
    assert entry.text() == ("" if seed is None else str(seed))


def test_reloading_is_offered_when_it_is_needed(
    qtbot: QtBot, window: MainWindow, loaded: ModelPresenter
) -> None:
    drawer = window.workspace.drawer
    window.actions_by_id["settings"].trigger()
    assert drawer.isVisible()
    reload = drawer.findChild(QPushButton)
    assert not reload.isVisible()
    field(window, "engine.context_tokens", QSpinBox).setValue(256)
    assert reload.isVisible()
    qtbot.mouseClick(reload, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: loaded.is_ready)
    assert loaded.info.context_tokens == 256
    assert not reload.isVisible()


def test_simple_mode_shows_what_everybody_needs(window: MainWindow, store: SettingsStore) -> None:
    window.actions_by_id["settings"].trigger()
    drawer = window.workspace.drawer

    def shown(name: str) -> bool:
        return drawer.findChild(QWidget, name).isVisible()

    assert shown("sampling.temperature")
    assert not shown("sampling.top_k")
    store.set("interface", "advanced", True)
    assert shown("sampling.top_k")
    store.set("sampling", "top_k", 7)
    store.set("interface", "advanced", False)
    assert shown("sampling.top_k"), "what was changed is never hidden"
    assert not shown("sampling.min_p")


@pytest.mark.logs("could not be saved|is ignored|cannot")
def test_settings_that_cannot_be_saved_are_said(
    window: MainWindow, store: SettingsStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("a file where the folder should be")
    monkeypatch.setenv("KTDESK_HOME", str(tmp_path / "file"))
    store.set("sampling", "top_k", 7)
    store.save_now()
    assert "could not be saved" in window.page.banner.text


def test_the_button_switches_the_theme(
    window: MainWindow, store: SettingsStore, theme: Theme
) -> None:
    theme.use("light")
    window.actions_by_id["theme"].trigger()
    assert store.settings.interface.theme == "dark"
    theme.use("system")


def test_the_theme_changes_at_run_time(theme: Theme, qtbot: QtBot) -> None:
    theme.use("light")
    light = theme.colour("window")
    with qtbot.waitSignal(theme.changed):
        theme.use("dark")
    assert theme.is_dark
    assert theme.colour("window").lightness() < 60 < light.lightness()
    theme.use("system")
