# SPDX-License-Identifier: Apache-2.0
"""What the first steps do on the way: folders, files, measuring."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ktdesk.errors import DownloadError
from ktdesk.hardware.machine import Machine
from tests.gui.wizard_driving import press, radios, said, wait
from tests.gui.wizard_machines import DRIVERLESS, MEASURED
from tests.tiny import tiny_deepseek
from ui.chat.model_presenter import ModelPresenter
from ui.language import Language
from ui.main_window import MainWindow
from ui.settings_store import SettingsStore
from ui.wizard.machine_words import facts
from ui.wizard.page import WizardPage
from ui.wizard.survey import Prospect, suggestion


def test_a_folder_is_added_and_its_model_loaded(
    qtbot: QtBot,
    page: WizardPage,
    window: MainWindow,
    store: SettingsStore,
    model: ModelPresenter,
    tmp_path: Path,
) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    path = tiny_deepseek(kept / "tiny.gguf").path
    press(qtbot, page, "Next")
    press(qtbot, page, "Next")
    window.wizard.add_folder(str(kept))
    assert store.settings.models.folders == (str(kept),)
    wait(qtbot, lambda: "Models found: 1" in said(page))
    press(qtbot, page, "Next")
    assert "Comfortable" in said(page)
    button = radios(page)[1]
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert window.wizard.choice == path
    press(qtbot, page, "Start chatting")
    qtbot.waitUntil(lambda: model.is_ready)
    assert model.info is not None
    assert model.info.path == path


def test_a_folder_is_removed_again(
    qtbot: QtBot, page: WizardPage, window: MainWindow, store: SettingsStore, tmp_path: Path
) -> None:
    window.wizard.add_folder(str(tmp_path))
    press(qtbot, page, "Next")
    press(qtbot, page, "Next")
    qtbot.waitUntil(lambda: "Remove from the list" in said(page))
    press(qtbot, page, "Remove from the list")
    qtbot.waitUntil(lambda: "Remove from the list" not in said(page))
    assert store.settings.models.folders == ()


def test_a_file_from_a_dialog_is_one_more_choice(
    qtbot: QtBot, page: WizardPage, window: MainWindow, file: Path
) -> None:
    for _ in range(3):
        press(qtbot, page, "Next")
    window.wizard.choose_file(str(file))
    (chosen,) = (button for button in radios(page) if button.isChecked())
    assert chosen.text() == file.stem


def test_measured_speeds_are_said_and_used(
    qtbot: QtBot,
    page: WizardPage,
    window: MainWindow,
    machine: Machine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fast = replace(
        machine, measured=MEASURED, memory=replace(machine.memory, read_bytes_per_s=400e9)
    )
    before = {each.name: each.low for each in window.wizard.prospects or ()}

    def measure(folders: list[Path], report: Callable[[str, float], None]) -> None:
        report("Reading memory", 0.5)
        monkeypatch.setattr("ui.wizard.presenter.describe_machine", lambda folders, settings: fast)

    monkeypatch.setattr("ui.wizard.presenter.measure_speeds", measure)
    with qtbot.waitSignal(window.wizard.progress, check_params_cb=lambda share: share == 0.5):
        press(qtbot, page, "Measure (about 10 s)")
    qtbot.waitUntil(lambda: "memory 400 GB/s" in said(page))
    slow = before["DeepSeek-V2.5"]
    wait(qtbot, lambda: {e.name: e.low for e in window.wizard.prospects or ()}[
        "DeepSeek-V2.5"] > 2 * slow)  # fmt: skip


def test_measuring_can_be_done_without(
    qtbot: QtBot, page: WizardPage, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, ended = threading.Event(), threading.Event()

    def measure(folders: list[Path], report: Callable[[str, float], None]) -> None:
        goes_on.wait(10)
        try:
            report("Multiplying", 0.5)
        finally:
            ended.set()

    monkeypatch.setattr("ui.wizard.presenter.measure_speeds", measure)
    press(qtbot, page, "Measure (about 10 s)")
    press(qtbot, page, "Do without")
    goes_on.set()
    assert ended.wait(10)
    assert not window.wizard.is_measuring
    assert "Measure (about 10 s)" in said(page)


def test_a_failure_is_shown(
    qtbot: QtBot, page: WizardPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(folders: list[Path], report: Callable[[str, float], None]) -> None:
        raise DownloadError("It did not work.", hint="Try again.")

    monkeypatch.setattr("ui.wizard.presenter.measure_speeds", measure)
    press(qtbot, page, "Measure (about 10 s)")
    qtbot.waitUntil(page.banner.isVisible)
    assert "Try again." in page.banner.text


def test_a_good_model_is_named_and_where_to_fetch_it(
    qtbot: QtBot, page: WizardPage, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = suggestion(window.wizard.prospects or ())
    assert good is not None
    press(qtbot, page, "Next")
    assert f"Good here: {good.name}," in said(page)
    press(qtbot, page, "Next")
    press(qtbot, page, "Next")
    assert f"{good.name}, for one, has " in said(page)
    shown: list[str] = []
    monkeypatch.setattr(window, "show_page", shown.append)
    press(qtbot, page, "Find a model to fetch…")
    assert shown == ["discover"]
    assert window.wizard.is_wanted is False


@pytest.mark.parametrize("machine", ["laptop"], indirect=True)
def test_where_all_are_too_large_it_says_so(qtbot: QtBot, page: WizardPage) -> None:
    press(qtbot, page, "Next")
    assert "All are large for this computer" in said(page)


def test_a_card_without_a_driver_is_named_with_what_to_do(qapp: QApplication) -> None:
    language = Language(qapp)
    said: list[str] = []
    for each in ("en", "zh_CN"):
        language.use(each)
        said += (f"{fact.title}: {fact.text}" for fact in facts(DRIVERLESS) if fact.is_notice)
    language.use("en")
    english, chinese = said
    assert english.startswith("The graphics card cannot be used yet: This computer has an NVIDIA ")
    assert "release 580 or newer" in english
    assert chinese.startswith("显卡暂时无法使用: 这台电脑有 NVIDIA 显卡")
    assert "580 或更新版本" in chinese


def test_the_suggestion_is_the_largest_that_is_read_as_it_comes() -> None:
    def prospect(name: str, billions: int, fit: str, speed: float) -> Prospect:
        return Prospect(
            name=name,
            quantization="Q4_K_M",
            weights=billions * 10**9,
            size_bytes=10**9,
            fit=fit,
            low=speed,
            high=speed,
        )

    small, large = prospect("small", 8, "comfortable", 30), prospect("large", 30, "tight", 6)
    slow, disk = prospect("slow", 200, "comfortable", 3), prospect("disk", 600, "from_disk", 9)
    assert suggestion([small, large, slow, disk]) is large
    assert suggestion([slow, disk]) is None
