# SPDX-License-Identifier: Apache-2.0
"""The first steps: all four on made-up machines, back, skipped, in both languages, and once."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from ktdesk.settings import load_settings, models_folder
from tests.gui.fake_engine import FakeEngine
from tests.gui.said import check_chinese
from tests.gui.wizard_driving import fits, press, said, wait
from tests.gui.wizard_machines import MACHINES
from ui.chat.model_presenter import ModelPresenter
from ui.language import Language
from ui.main_window import MainWindow
from ui.settings_store import SettingsStore
from ui.wizard.page import WizardPage

SEEN = {
    "no card": ("No graphics card", "64 GB of memory", "8 cores with AVX2"),
    "desktop": ("A graphics card with 24 GB", "192 GB of memory", "16 cores with AVX-512"),
    "laptop": ("8 GB of memory", "Only 3.2 GB of memory are free", "XMP or EXPO", "in pairs"),
}


@pytest.mark.parametrize("machine", MACHINES, indirect=True)
def test_four_steps_lead_into_the_chat(
    qtbot: QtBot,
    request: pytest.FixtureRequest,
    page: WizardPage,
    window: MainWindow,
    model: ModelPresenter,
    demo: Path,
) -> None:
    assert not window.page.isVisible()
    for words in SEEN[request.node.callspec.params["machine"]]:
        assert words in said(page)
    press(qtbot, page, "Next")
    assert "tokens per second" in said(page)
    press(qtbot, page, "Next")
    assert str(models_folder()) in said(page)
    press(qtbot, page, "Next")
    assert "Demo model" in said(page)
    press(qtbot, page, "Start chatting")
    qtbot.waitUntil(lambda: model.is_ready)
    assert window.page.isVisible()
    assert window.findChildren(QPushButton, "chip")[0].isEnabled()  # a suggestion
    assert model.info is not None
    assert model.info.path == demo


def test_what_fits_differs_by_machine(window: MainWindow, page: WizardPage) -> None:
    assert fits(window)["DeepSeek-V2.5"] == "comfortable"
    assert fits(window)["DeepSeek-R1"] == "from_disk"


@pytest.mark.parametrize("machine", ["laptop"], indirect=True)
def test_a_small_laptop_is_told_what_is_missing(
    qtbot: QtBot, window: MainWindow, page: WizardPage
) -> None:
    assert set(fits(window).values()) <= {"from_disk", "will_not_run"}
    press(qtbot, page, "Next")
    assert "of memory are missing" in said(page)
    press(qtbot, page, "Show all 11 models")
    assert "seconds per token" in said(page)


def test_a_smaller_file_is_named_where_one_would_fit(qtbot: QtBot, page: WizardPage) -> None:
    press(qtbot, page, "Next")
    press(qtbot, page, "Show all 11 models")
    assert "A file in IQ2_XXS saves" in said(page)


def test_a_few_models_are_shown_until_all_are_asked_for(qtbot: QtBot, page: WizardPage) -> None:
    press(qtbot, page, "Next")
    shown = [name for name in fits(page.window()) if name in said(page).splitlines()]
    assert shown == ["Qwen3-235B-A22B", "DeepSeek-V2.5", "GLM-4.5"]  # the second is good here
    press(qtbot, page, "Show all 11 models")
    assert set(fits(page.window())) <= set(said(page).splitlines())
    assert "Show all" not in said(page)


def test_the_way_back_leads_to_the_first_step(qtbot: QtBot, page: WizardPage) -> None:
    for _ in range(3):
        press(qtbot, page, "Next")
    for _ in range(3):
        press(qtbot, page, "Back")
    assert "Your machine" in said(page)
    assert "Back" not in said(page)


@pytest.mark.parametrize("steps", range(4))
def test_each_step_can_be_skipped(
    qtbot: QtBot, page: WizardPage, window: MainWindow, model: ModelPresenter, demo: Path, steps
) -> None:
    for _ in range(steps):
        press(qtbot, page, "Next")
    press(qtbot, page, "Skip all")
    qtbot.waitUntil(lambda: model.is_ready)
    assert window.page.isVisible()


def test_the_next_start_does_not_show_it(
    qtbot: QtBot, page: WizardPage, window: MainWindow, store: SettingsStore, demo: Path, model
) -> None:
    assert window.wizard.is_wanted
    press(qtbot, page, "Skip all")
    assert not window.wizard.is_wanted
    store.save_now()
    assert load_settings().interface.wizard_done
    qtbot.waitUntil(lambda: model.is_ready)


def test_who_used_a_model_before_is_not_asked(window: MainWindow, store: SettingsStore) -> None:
    store.set("interface", "last_model", "/models/some.gguf")
    assert not window.wizard.is_wanted


def test_opened_again_and_skipped_it_leaves_the_model_as_it_is(
    qtbot: QtBot, window: MainWindow, loaded: ModelPresenter, engine: FakeEngine
) -> None:
    window.actions_by_id["wizard"].trigger()
    wait(qtbot, lambda: window.wizard.prospects is not None and window.wizard.places is not None)
    press(qtbot, window.findChild(WizardPage), "Skip all")
    assert loaded.is_ready
    assert len(engine.loads) == 1
    assert window.page.isVisible()


def test_everything_is_said_in_chinese(qtbot: QtBot, chinese: Language, page: WizardPage) -> None:
    check_chinese(page)
    assert "24 GB 显存的显卡" in said(page)
    press(qtbot, page, "下一步")
    check_chinese(page)
    press(qtbot, page, "显示全部 11 个模型")
    assert "6710 亿参数" in said(page)
    assert "轻松运行" in said(page)
    press(qtbot, page, "下一步")
    check_chinese(page)
    press(qtbot, page, "下一步")
    check_chinese(page)
    assert "演示模型" in said(page)
    chinese.use("en")
    QApplication.processEvents()
    assert "Demo model" in said(page)
