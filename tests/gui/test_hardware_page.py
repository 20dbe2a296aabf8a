# SPDX-License-Identifier: Apache-2.0
"""The page of the machine, on machines that are made up and probes that wait to be told."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from ktdesk.errors import Cancelled, KTDeskError
from ktdesk.hardware import Machine, Measured
from ktdesk.hardware.live import Live
from ktdesk.hardware.measurements import read_measured
from tests.gui.hardware_machines import (
    DRIVERLESS,
    LAPTOP,
    MEASURED,
    OLD_DRIVER,
    SERVER,
    WORKSTATION,
    live_of,
)
from tests.gui.said import check_chinese
from ui.aio import Report
from ui.hardware import presenter as module
from ui.hardware.page import HardwarePage
from ui.hardware.presenter import HardwarePresenter
from ui.hardware.section_card import SectionCard
from ui.language import Language
from ui.settings_store import SettingsStore
from ui.theme import Theme

GB = 10**9


class Bench:
    """Measures when it is told to; stops between two steps."""

    def __init__(self) -> None:
        self.go_on = threading.Semaphore(0)
        self.runs = 0
        self.error: KTDeskError | None = None

    def __call__(
        self, machine: Machine, report: Report, is_cancelled: Callable[[], bool]
    ) -> Measured:
        del machine
        self.runs += 1
        for nth, stage in enumerate(("Reading memory", "Multiplying")):
            if is_cancelled():
                raise Cancelled
            report(stage, nth / 2)
            self.go_on.acquire(timeout=10)
        if self.error:
            raise self.error
        if is_cancelled():
            raise Cancelled
        return MEASURED


class Stage:
    """A page with what it is made of, and a machine that can be exchanged."""

    def __init__(self, qtbot: QtBot, store: SettingsStore, theme: Theme) -> None:
        self._qtbot, self._store, self._theme = qtbot, store, theme
        self.bench = Bench()
        self.looks = 0
        self.watches = 0
        self.live: Callable[[Machine], Live] = live_of

    def open(self, machine: Machine) -> HardwarePage:
        def look(folders: object) -> Machine:
            del folders
            self.looks += 1
            return machine

        def watch(machine: Machine) -> Live:
            self.watches += 1
            return self.live(machine)

        self.presenter = HardwarePresenter(
            self._store, self._store, look=look, watch=watch, probe=self.bench
        )
        self.page = HardwarePage(self.presenter, self._store, self._theme)
        self._qtbot.addWidget(self.page)
        self.page.resize(900, 700)
        self.page.show()
        self._qtbot.waitUntil(lambda: self.presenter.load > 0)
        return self.page


@pytest.fixture
def stage(qtbot: QtBot, store: SettingsStore, theme: Theme) -> Iterator[Stage]:
    stage = Stage(qtbot, store, theme)
    yield stage
    for _ in range(4):
        stage.bench.go_on.release()
    qtbot.waitUntil(lambda: not stage.presenter.is_measuring)


def said(page: HardwarePage, title: str = "") -> list[str]:
    """Return the visible texts, of one section or of all of the page."""
    cards = [card for card in page.findChildren(SectionCard) if card.accessibleName() == title]
    place = cards[0] if title else page
    return [label.text() for label in place.findChildren(QLabel) if label.isVisible()]


def findings(page: HardwarePage) -> list[QFrame]:
    return [f for f in page.findChildren(QFrame, "finding") if f.isVisible()]


def pencil(page: HardwarePage, title: str, figure: str) -> QToolButton:
    (card,) = (card for card in page.findChildren(SectionCard) if card.accessibleName() == title)
    (found,) = (
        button
        for button in card.findChildren(QToolButton, "pencil")
        if button.isVisible() and button.accessibleName().endswith(f": {figure}")
    )
    return found


def edit(qtbot: QtBot, page: HardwarePage, title: str, figure: str) -> QFrame:
    """Press a pencil; return the form that opens."""
    qtbot.waitUntil(lambda: pencil(page, title, figure).height() > 0)
    qtbot.mouseClick(pencil(page, title, figure), Qt.MouseButton.LeftButton)
    return page.findChild(QFrame, "figureEditor")


def test_a_machine_at_a_glance(stage: Stage) -> None:
    page = stage.open(WORKSTATION)
    assert "24 cores, 48 threads" in said(page, "Processor")
    assert {"200 GB", "8 x DDR5\u00a0· 4800 MT/s\u00a0· 4 channels"} <= set(said(page, "Memory"))
    card = said(page, "Graphics card")
    assert {"NVIDIA GeForce RTX 4090", "firefox (2.0 GB)", "1.0 x4 now, 4.0 x16 at most"} <= {*card}
    assert "SSD\u00a0· ext4" in said(page, "Disks")
    assert "WSL 2" in said(page, "System")
    sets = "\n".join(said(page, "Instruction sets"))
    assert "kept back by the system" in sets
    assert "✓" in sets


def test_measured_figures_have_their_day_and_stand_beside_those_by_make(stage: Stage) -> None:
    memory = said(stage.open(WORKSTATION), "Memory")
    assert "74 GB/s on 2026-11-29\u00a0· 154 GB/s by make" in memory
    assert "1: 12 GB/s\u00a0· 16: 74 GB/s" in memory


def test_a_laptop_without_a_card(stage: Stage) -> None:
    page = stage.open(LAPTOP)
    assert said(page, "Graphics card") == ["Graphics card", "No NVIDIA driver is installed."]
    assert "4 fast, 8 efficient" in "\n".join(said(page, "Processor"))
    assert "not measured" in said(page, "Memory")
    assert any("have not been measured" in text for text in said(page))


def test_many_cards_and_nodes_and_equal_verdicts_once(stage: Stage) -> None:
    page = stage.open(SERVER)
    titles = [card.accessibleName() for card in page.findChildren(SectionCard)]
    assert [title for title in titles if "card" in title] == [
        f"Graphics card {number}" for number in range(1, 5)
    ]
    assert "56 cores, 200 GB of 512 GB free" in said(page, "Memory")
    slots = [frame for frame in findings(page) if "PCIe" in frame.accessibleName()]
    assert len(slots) == 1


def test_only_the_first_card_can_be_overruled(stage: Stage) -> None:
    page = stage.open(SERVER)
    cards = {card.accessibleName(): card for card in page.findChildren(SectionCard)}
    assert cards["Graphics card 1"].findChildren(QToolButton, "pencil")
    assert not cards["Graphics card 2"].findChildren(QToolButton, "pencil")


def test_the_worst_verdict_comes_first_with_its_remedy(stage: Stage) -> None:
    page = stage.open(LAPTOP)
    names = [frame.accessibleName() for frame in findings(page)]
    assert names[0].startswith("Problem: Only 3.0 GB of 16 GB memory are free; the most")
    assert "Close other programs" in names[0]
    assert names[-1].startswith("Good to know: ")


@pytest.mark.parametrize(
    ("machine", "language", "expected"),
    [
        (DRIVERLESS, "en", ("has an NVIDIA graphics card, but no driver", "release 580 or newer")),
        (DRIVERLESS, "zh_CN", ("这台电脑有 NVIDIA 显卡", "580 或更新版本")),
        (OLD_DRIVER, "en", ("driver 535.183.01 is too old", "release 580 or newer")),
        (OLD_DRIVER, "zh_CN", ("NVIDIA 驱动 535.183.01 过旧", "580 或更新版本")),
    ],
)
def test_a_driver_that_is_missing_or_too_old_comes_first_with_what_to_do(
    qapp: QApplication, stage: Stage, machine: Machine, language: str, expected: tuple[str, str]
) -> None:
    chosen = Language(qapp)
    chosen.use(language)
    page = stage.open(machine)
    frame = findings(page)[0]
    shown = [label.text() for label in frame.findChildren(QLabel) if label.text()]
    chosen.use("en")
    assert frame.property("severity") == "problem"
    for words, text in zip(expected, shown, strict=True):
        assert words in text


def test_a_good_machine_is_told_so(stage: Stage) -> None:
    memory = dataclasses.replace(WORKSTATION.memory, has_huge_pages=True, modules=())
    plain = dataclasses.replace(
        WORKSTATION.processor, instruction_sets=WORKSTATION.processor.instruction_sets[:1]
    )
    system = dataclasses.replace(WORKSTATION.system, hypervisor="")
    good = dataclasses.replace(WORKSTATION, memory=memory, processor=plain, system=system, gpus=())
    page = stage.open(good)
    assert findings(page) == []
    assert "Nothing keeps this computer from its best." in said(page)


def test_live_figures_follow_only_while_the_page_is_visible(
    qtbot: QtBot, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WATCH_MS", 5)
    page = stage.open(WORKSTATION)
    stage.live = lambda machine: dataclasses.replace(
        live_of(machine), load=0.75, available_bytes=50 * GB
    )
    qtbot.waitUntil(lambda: "50 GB" in said(page, "Memory"))
    assert "75%" in said(page, "Processor")
    page.hide()
    qtbot.wait(50)  # a look that had begun has ended
    before = stage.watches
    qtbot.wait(100)
    assert stage.watches == before
    page.show()
    qtbot.waitUntil(lambda: stage.watches > before)


def test_a_measurement_shows_how_far_it_is_and_is_kept(qtbot: QtBot, stage: Stage) -> None:
    page = stage.open(dataclasses.replace(LAPTOP, measured_problem="x"))
    bar = page.head.findChild(QProgressBar)
    assert not bar.isVisible()
    qtbot.mouseClick(page.head.measure, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Reading memory" in said(page))
    assert bar.isVisible()
    assert not page.head.measure.isEnabled()
    stage.bench.go_on.release()
    qtbot.waitUntil(lambda: "Multiplying" in said(page))
    assert bar.value() == 500
    stage.bench.go_on.release()
    qtbot.waitUntil(lambda: not stage.presenter.is_measuring)
    assert "74 GB/s on 2026-11-29" in said(page, "Memory")
    assert "Speeds measured on 2026-11-29 16:40 by KTDesk 0.9." in said(page)
    assert not bar.isVisible()
    assert read_measured(LAPTOP) == (MEASURED, "")


def test_a_cancelled_measurement_keeps_nothing_and_can_be_begun_anew(
    qtbot: QtBot, stage: Stage
) -> None:
    page = stage.open(LAPTOP)
    qtbot.mouseClick(page.head.measure, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Reading memory" in said(page))
    qtbot.mouseClick(page.head.cancel, Qt.MouseButton.LeftButton)
    assert "Stopping after this step…" in said(page)
    stage.presenter.measure()  # not beside the one that still runs
    stage.bench.go_on.release()
    qtbot.waitUntil(lambda: not stage.presenter.is_measuring)
    assert read_measured(LAPTOP)[0] == Measured()
    assert "not measured" in said(page, "Memory")
    assert stage.bench.runs == 1
    qtbot.mouseClick(page.head.measure, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: stage.bench.runs == 2)


def test_a_measurement_that_fails_says_why(qtbot: QtBot, stage: Stage) -> None:
    page = stage.open(LAPTOP)
    stage.bench.error = KTDeskError("No room.", hint="Make some.")
    qtbot.mouseClick(page.head.measure, Qt.MouseButton.LeftButton)
    stage.bench.go_on.release()
    stage.bench.go_on.release()
    qtbot.waitUntil(page.banner.isVisible)
    assert page.banner.text == "No room. Make some."
    assert page.head.measure.isEnabled()


def test_a_figure_is_overruled_marked_and_reset(
    qtbot: QtBot, stage: Stage, store: SettingsStore
) -> None:
    page = stage.open(WORKSTATION)
    form = edit(qtbot, page, "Memory", "Free")
    field = form.findChild(QSpinBox)
    qtbot.keyClicks(field, "120")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert store.settings.hardware.available_gb == 120
    assert "120 GB\u00a0· your figure" in said(page, "Memory")
    form.close()
    qtbot.waitUntil(lambda: page.findChild(QFrame, "figureEditor") is None)
    reset = edit(qtbot, page, "Memory", "Free").findChild(QPushButton)
    qtbot.mouseClick(reset, Qt.MouseButton.LeftButton)
    assert store.settings.hardware.available_gb == 0
    assert "200 GB" in said(page, "Memory")


def test_live_figures_do_not_take_the_users_own_away(stage: Stage, store: SettingsStore) -> None:
    store.set("hardware", "card_free_mb", 9000)
    page = stage.open(WORKSTATION)
    assert "9.0 GB\u00a0· your figure" in said(page, "Graphics card")


def test_the_report_is_copied(qtbot: QtBot, stage: Stage) -> None:
    page = stage.open(WORKSTATION)
    qtbot.mouseClick(page.head.copy, Qt.MouseButton.LeftButton)
    text = QGuiApplication.clipboard().text()
    assert "NVIDIA GeForce RTX 4090" in text
    assert "! The memory runs at 4800 MT/s" in text
    assert page.head.copy.text() == "Copied"


def test_one_column_where_there_is_no_room_for_two(qtbot: QtBot, stage: Stage) -> None:
    page = stage.open(WORKSTATION)
    cards = {card.accessibleName(): card for card in page.findChildren(SectionCard)}

    def corner(title: str) -> tuple[int, int]:
        card = cards[title]
        point = card.mapTo(page, card.rect().topLeft())
        return point.x(), point.y()

    assert corner("Graphics card")[1] == corner("Processor")[1]
    page.resize(440, 600)
    qtbot.waitUntil(lambda: corner("Graphics card")[0] == corner("Processor")[0])
    assert corner("Graphics card")[1] > corner("System")[1]


def test_it_looks_again_when_asked(qtbot: QtBot, stage: Stage) -> None:
    page = stage.open(LAPTOP)
    qtbot.mouseClick(page.head.look, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: stage.looks == 2)


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize("machine", [LAPTOP, WORKSTATION, SERVER])
def test_all_of_it_is_said_in_chinese(stage: Stage, machine: Machine) -> None:
    check_chinese(stage.open(machine))
