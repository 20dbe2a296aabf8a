# SPDX-License-Identifier: Apache-2.0
"""The Bench page: what it asks for, what it shows, and that the window's model makes room."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from ktdesk.bench.last import Change, LastBench
from ktdesk.bench.measuring import Measured
from ktdesk.bench.one import Bench
from ktdesk.errors import KTDeskError
from ktdesk.runtime.request import Stats
from tests.gui.accessible import check_accessible
from tests.gui.fake_engine import FakeEngine
from tests.gui.said import check_chinese
from ui.bench.page import BenchPage
from ui.bench.presenter import BenchPresenter
from ui.chat.model_presenter import ModelPresenter
from ui.settings_store import SettingsStore
from ui.theme import Theme

LAST = {"measured_at": "2026-11-01 10:00", "version": "0.0.9"}


class Machine:
    """Measures as it is told, in the thread that asks."""

    def __init__(self, engine: FakeEngine) -> None:
        self.engine = engine
        self.asked: list[Any] = []
        self.had_model: list[bool] = []
        self.error: KTDeskError | None = None
        self.go_on = threading.Event()
        self.go_on.set()

    def measure(self, path, settings, sizes, report) -> Bench:
        self.asked.append((path, settings, sizes))
        self.had_model.append(self.engine.info is not None)
        report("load", 0.25)
        while not self.go_on.wait(0.01):
            report("measure", 0.75)
        if self.error:
            raise self.error
        stats = [
            Stats(
                prompt_tokens=100,
                cached_tokens=0,
                generated_tokens=11,
                first_token_s=0.5,
                prefill_s=seconds,
                decode_s=1.0,
                context_used=111,
                context_tokens=512,
            )
            for seconds in (0.5, 1.0, 2.0)
        ]
        info = SimpleNamespace(name="Small model", placement="auto")
        once = {"load_s": 1.5, "reload_s": 0.5, "stop_s": 0.01}
        since = {"prefill_tokens_per_s": Change(25.0, is_noise=False)}
        since["decode_tokens_per_s"] = Change(-2.0, is_noise=True)
        return Bench(info, 2, Measured(75, stats), once, {}, LAST, since)  # pyright: ignore[reportArgumentType]


@pytest.fixture
def machine(engine: FakeEngine) -> Machine:
    return Machine(engine)


@pytest.fixture
def presenter(model: ModelPresenter, store: SettingsStore, machine: Machine) -> BenchPresenter:
    return BenchPresenter(model, store, model, machine.measure)


@pytest.fixture
def page(
    qtbot: QtBot, presenter: BenchPresenter, theme: Theme, file: Path, monkeypatch
) -> BenchPage:
    found = [SimpleNamespace(name="Small model", path=file, problem="")]
    monkeypatch.setattr(presenter.model, "find", lambda: presenter.model.found.emit(found))
    page = BenchPage(presenter, theme)
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show()
    return page


def texts(table) -> list[list[str]]:
    model = table.model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_figures_and_what_has_changed_are_shown(
    qtbot: QtBot, page: BenchPage, presenter: BenchPresenter, machine: Machine, file: Path
) -> None:
    page.sizes["runs"].setValue(5)
    page.start.click()
    qtbot.waitUntil(lambda: presenter.bench is not None)
    (asked,) = machine.asked
    assert asked[0] == file
    assert asked[2] == {"prompt_tokens": 512, "tokens": 64, "runs": 5}
    rows = {row[0]: row[1:] for row in texts(page.figures)}
    assert rows["Prompt, tokens/s"] == ["100.0", "50.0", "200.0", "+25.0 %"]
    assert rows["Answer, tokens/s"] == ["10.0", "10.0", "10.0", "-2.0 %, within the spread"]
    assert rows["Stopping, s"][0] == "0.010"
    assert "2026-11-01 10:00" in page._since.text()


def test_the_model_of_the_window_makes_room_and_comes_back(
    qtbot: QtBot,
    page: BenchPage,
    presenter: BenchPresenter,
    machine: Machine,
    loaded: ModelPresenter,
) -> None:
    page.start.click()
    qtbot.waitUntil(lambda: presenter.bench is not None)
    assert machine.had_model == [False]
    qtbot.waitUntil(lambda: loaded.is_ready)


def test_it_can_be_cancelled(
    qtbot: QtBot,
    page: BenchPage,
    presenter: BenchPresenter,
    machine: Machine,
    loaded: ModelPresenter,
) -> None:
    machine.go_on.clear()
    page.start.click()
    qtbot.waitUntil(lambda: page.bar.value() == 750)
    assert page.bar.isVisible()
    assert not page.start.isEnabled()
    page.cancel.click()
    assert page.start.isEnabled()
    assert presenter.bench is None
    qtbot.waitUntil(lambda: loaded.is_ready)


def test_an_error_is_shown(qtbot: QtBot, page: BenchPage, machine: Machine) -> None:
    machine.error = KTDeskError("It does not fit.", hint="Take a smaller one.")
    page.start.click()
    qtbot.waitUntil(page.banner.isVisible)
    assert page.banner.text == "It does not fit. Take a smaller one."
    assert page.start.isEnabled()


@pytest.mark.logs("cannot be read")
def test_what_was_measured_before_is_shown(qtbot: QtBot, page: BenchPage) -> None:
    assert not page.kept.isVisible()
    for number, day in enumerate(("2026-11-01", "2026-11-02")):
        result = {
            "measured_at": f"{day} 10:00+00:00",
            "model": {"name": f"Model {number}", "placement": "auto"},
            "prefill_tokens_per_s": {"median": 100.0 + number},
        }
        LastBench({"number": number}).write(result)
    damaged = LastBench({"number": 2})
    damaged.write({})
    damaged._path.write_text("[")
    page.hide()
    page.show()
    qtbot.waitUntil(page.kept.isVisible)
    assert texts(page.kept) == [
        ["2026-11-02 10:00", "Model 1", "auto", "101.0", "?"],
        ["2026-11-01 10:00", "Model 0", "auto", "100.0", "?"],
    ]


def test_all_can_be_reached_and_has_a_name(
    qtbot: QtBot, page: BenchPage, presenter: BenchPresenter
) -> None:
    page.start.click()
    qtbot.waitUntil(lambda: presenter.bench is not None)
    check_accessible(page)


@pytest.mark.usefixtures("chinese")
def test_all_of_it_is_said_in_chinese(
    qtbot: QtBot, page: BenchPage, presenter: BenchPresenter
) -> None:
    check_chinese(page, "Small model")
    page.start.click()
    qtbot.waitUntil(lambda: presenter.bench is not None)
    check_chinese(page, "Small model")
