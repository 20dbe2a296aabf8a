# SPDX-License-Identifier: Apache-2.0
"""The first steps: all four on made-up machines, back, skipped, in both languages, and once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from ktdesk.errors import DownloadError
from ktdesk.hardware.machine import Machine
from ktdesk.settings import load_settings, models_folder
from tests.gui.fake_engine import FakeEngine
from tests.gui.wizard_machines import MACHINES, MEASURED
from tests.tiny import tiny_deepseek
from ui.chat.model_presenter import ModelPresenter
from ui.language import Language
from ui.main_window import MainWindow
from ui.settings_store import SettingsStore
from ui.wizard.page import WizardPage

PLAN_MS = 60_000  # with the import of torch, on a machine that is busy
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def machine(request: pytest.FixtureRequest) -> Machine:
    return MACHINES[getattr(request, "param", "desktop")]


@pytest.fixture
def page(
    qtbot: QtBot, window: MainWindow, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> WizardPage:
    """The first step, with all that is looked for in the background found."""
    monkeypatch.setattr("ui.wizard.presenter.describe_machine", lambda folders, settings: machine)
    window.show_wizard()
    window.wizard.look()
    wait(qtbot, lambda: bool(window.wizard.prospects and window.wizard.places))
    return window.findChild(WizardPage)


@pytest.fixture
def demo(file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What stands for the demo model."""
    made = SimpleNamespace(deepseek2=file)
    monkeypatch.setattr("ktdesk.library.demo.demo_models", lambda folder, *, progress: made)
    return file


@pytest.fixture
def chinese(qapp: QApplication) -> Iterator[Language]:
    language = Language(qapp)
    language.use("zh_CN")
    yield language
    language.use("en")


def wait(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=PLAN_MS)


def said(page: WizardPage) -> str:
    """Return all that is on the page, once layouts have shown what is new."""
    QApplication.processEvents()
    labels = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    buttons = page.findChildren(QPushButton) + page.findChildren(QRadioButton)
    return "\n".join(labels + [button.text() for button in buttons if button.isVisible()])


def radios(page: WizardPage) -> list[QRadioButton]:
    QApplication.processEvents()
    return [button for button in page.findChildren(QRadioButton) if button.isVisible()]


def press(qtbot: QtBot, page: WizardPage, text: str) -> None:
    QApplication.processEvents()
    (button,) = (b for b in page.findChildren(QPushButton) if b.isVisible() and b.text() == text)
    qtbot.mouseClick(button, LEFT)


def fits(window: MainWindow) -> dict[str, str]:
    return {each.name: each.fit for each in window.wizard.prospects or ()}


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
    assert "DeepSeek-R1" in said(page)
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
    assert "more memory would help" in said(page)


def test_a_smaller_file_is_named_where_one_would_fit(qtbot: QtBot, page: WizardPage) -> None:
    press(qtbot, page, "Next")
    assert "A file in IQ2_XXS saves" in said(page)


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
    QApplication.processEvents()
    assert "24 GB 显存的显卡" in said(page)
    press(qtbot, page, "下一步")
    assert "6710 亿参数" in said(page)
    assert "轻松运行" in said(page)
    press(qtbot, page, "下一步")
    press(qtbot, page, "下一步")
    assert "演示模型" in said(page)
    chinese.use("en")
    QApplication.processEvents()
    assert "Demo model" in said(page)


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
    qtbot.waitUntil(lambda: "Models found: 1" in said(page))
    press(qtbot, page, "Next")
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
