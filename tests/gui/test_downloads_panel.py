# SPDX-License-Identifier: Apache-2.0
"""The downloads at the foot of a page: cards, their buttons, and how often they are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QTableView, QVBoxLayout, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from ktdesk.errors import DownloadError
from ktdesk.library.downloads.item import Failure, Item, State, Wait, not_begun
from ktdesk.library.fetch.order import FileProgress, FileState, Progress
from tests.gui.fake_queue import GB, FakeElsewhere, FakeQueue, half_done, order
from tests.gui.said import check_chinese
from ui.library.download_card import DownloadCard
from ui.library.download_presenter import DownloadPresenter
from ui.library.download_words import total_text
from ui.library.downloads_panel import DownloadsPanel
from ui.library.file_list import FileList
from ui.library.limits import Limits
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.widgets.setting_field import SettingField

LEFT = Qt.MouseButton.LeftButton


def item(id_: str, state: State = State.DOWNLOADING, **more: object) -> Item:
    an_order = replace(order(f"Model {id_}"), id=id_)
    begun = state not in (State.QUEUED,)
    return Item(an_order, state, half_done(an_order) if begun else not_begun(an_order), **more)


@pytest.fixture
def queue() -> FakeQueue:
    queue = FakeQueue()
    queue.put(item("a", remaining_s=2000.0))
    queue.put(item("b", State.QUEUED))
    return queue


@pytest.fixture
def elsewhere() -> FakeElsewhere:
    return FakeElsewhere()


@pytest.fixture
def presenter(qapp, queue: FakeQueue, elsewhere: FakeElsewhere) -> Iterator[DownloadPresenter]:
    presenter = DownloadPresenter(queue, elsewhere)
    yield presenter
    presenter.close()


@pytest.fixture
def panel(
    qtbot: QtBot, presenter: DownloadPresenter, store: SettingsStore, theme: Theme
) -> Iterator[DownloadsPanel]:
    page = QWidget()
    panel = DownloadsPanel(presenter, store, theme, page)
    QVBoxLayout(page).addWidget(panel)
    qtbot.addWidget(page)
    page.resize(800, 400)
    page.show()
    yield panel
    page.close()


def card(panel: DownloadsPanel, id_: str) -> DownloadCard:
    return panel.cards[id_]


def texts(widget: QObject) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def test_a_card_says_how_an_order_stands(panel: DownloadsPanel) -> None:
    said = texts(card(panel, "a"))
    assert "Downloading" in said
    assert "198.0 of 405.0 GB · 112 MB/s · about 33 min left" in said
    assert "In the queue" in texts(card(panel, "b"))
    assert card(panel, "a").accessibleName().startswith("Model a: Downloading, 198.0 of 405.0 GB")


def test_the_sum_counts_all_parts_of_all_orders(panel: DownloadsPanel) -> None:
    assert "198.0 of 810.0 GB" in texts(panel)


@pytest.mark.parametrize(
    ("state", "more", "words"),
    [
        (State.VERIFYING, {}, "Checking what came"),
        (State.PAUSED, {}, "Paused"),
        (State.WAITING, {"waits_for": Wait.NIGHT}, "Waits for the night hours"),
        (State.WAITING, {"waits_for": Wait.NETWORK}, "Waits for the network"),
        (State.WAITING, {"waits_for": Wait.SPACE}, "Waits for space on the disk"),
        (State.DONE, {}, "Complete"),
        (
            State.FAILED,
            {"failure": Failure("gated", False, "Terms are to be accepted.", "Accept them.")},
            "Terms are to be accepted. Accept them.",
        ),
    ],
)
def test_every_state_has_words(
    qtbot: QtBot, panel: DownloadsPanel, queue: FakeQueue, state: State, more, words: str
) -> None:
    queue.put(item("a", state, **more))
    qtbot.waitUntil(lambda: words in texts(card(panel, "a")))


def test_pause_and_go_on(qtbot: QtBot, panel: DownloadsPanel, queue: FakeQueue) -> None:
    button = card(panel, "a").go
    assert button.accessibleName() == "Pause Model a"
    qtbot.mouseClick(button, LEFT)
    assert queue.items[0].state is State.PAUSED
    assert button.accessibleName() == "Go on with Model a"
    qtbot.mouseClick(button, LEFT)
    assert queue.items[0].state is State.QUEUED


def test_all_at_once(qtbot: QtBot, panel: DownloadsPanel, queue: FakeQueue) -> None:
    qtbot.mouseClick(panel.all_button, LEFT)
    assert {each.state for each in queue.items} == {State.PAUSED}
    assert total_text(queue.snapshot()) in texts(panel)
    qtbot.mouseClick(panel.all_button, LEFT)
    assert {each.state for each in queue.items} == {State.QUEUED}


def test_a_failed_one_is_tried_again(qtbot: QtBot, panel: DownloadsPanel, queue: FakeQueue) -> None:
    queue.put(item("a", State.FAILED, failure=Failure("missing", False, "It is gone.", "")))
    qtbot.waitUntil(lambda: card(panel, "a").go.accessibleName() == "Try again: Model a")
    qtbot.mouseClick(card(panel, "a").go, LEFT)
    assert queue.items[0].state is State.QUEUED
    assert "It is gone" not in texts(card(panel, "a"))


def test_a_failed_one_goes_on_from_another_source(
    qtbot: QtBot, panel: DownloadsPanel, queue: FakeQueue, presenter, elsewhere: FakeElsewhere
) -> None:
    queue.put(item("a", State.FAILED, failure=Failure("offline", True, "No network.", "")))
    source = card(panel, "a").source
    qtbot.waitUntil(source.isVisible)
    source.menu().aboutToShow.emit()
    (mirror,) = source.menu().actions()
    assert mirror.text() == "Go on from Mirror"
    elsewhere.error = DownloadError("It has other files.")
    with qtbot.waitSignal(presenter.failed):
        mirror.trigger()
    elsewhere.error = None
    mirror.trigger()
    qtbot.waitUntil(lambda: queue.items[0].state is State.QUEUED)
    assert queue.calls == [("source", "a", "mirror")]
    assert not source.isVisible()


def test_moving_keeps_the_cards_in_the_order_of_the_queue(
    qtbot: QtBot, panel: DownloadsPanel, queue: FakeQueue
) -> None:
    assert not card(panel, "a").earlier.isEnabled()
    assert not card(panel, "b").later.isEnabled()
    qtbot.mouseClick(card(panel, "b").earlier, LEFT)
    assert [each.id for each in queue.items] == ["b", "a"]
    panel.layout().activate()
    assert not card(panel, "b").earlier.isEnabled()
    assert card(panel, "a").earlier.isEnabled()
    qtbot.waitUntil(lambda: card(panel, "b").y() < card(panel, "a").y())


def dialog(panel: DownloadsPanel) -> QMessageBox:
    return panel.findChildren(QMessageBox)[-1]


@pytest.mark.parametrize(("title", "deletes"), [("Keep the files", False), ("Delete", True)])
def test_removing_asks_what_becomes_of_the_files(
    qtbot: QtBot, panel: DownloadsPanel, queue: FakeQueue, title: str, deletes: bool
) -> None:
    qtbot.mouseClick(card(panel, "a").remove, LEFT)
    box = dialog(panel)
    assert "198 GB" in box.informativeText()
    (button,) = (b for b in box.findChildren(QPushButton) if title in b.text())
    qtbot.mouseClick(button, LEFT)
    assert queue.calls == [("remove", "a", deletes)]
    assert "a" not in panel.cards


def test_cancelled_it_stays(qtbot: QtBot, panel: DownloadsPanel, queue: FakeQueue) -> None:
    qtbot.mouseClick(card(panel, "a").remove, LEFT)
    dialog(panel).reject()
    assert queue.calls == []
    assert "a" in panel.cards


def test_one_that_has_not_begun_is_removed_without_a_question(
    qtbot: QtBot, panel: DownloadsPanel, queue: FakeQueue
) -> None:
    qtbot.mouseClick(card(panel, "b").remove, LEFT)
    assert queue.calls == [("remove", "b", True)]


def test_files_are_unfolded_by_the_keyboard(qtbot: QtBot, panel: DownloadsPanel) -> None:
    files = card(panel, "a").findChild(QTableView)
    assert not files.isVisible()
    qtbot.keyClick(card(panel, "a").files_button, Qt.Key.Key_Space)
    assert files.isVisible()
    model = files.model()
    assert model.rowCount() == 9
    assert model.index(0, 1).data() == "complete · 45 GB"
    assert model.index(4, 1).data() == "downloading · 18.0 of 45.0 GB"
    assert model.index(8, 1).data() == "waiting · 0.0 of 45.0 GB"


def test_without_orders_there_is_no_panel(
    qtbot: QtBot, panel: DownloadsPanel, queue: FakeQueue
) -> None:
    queue.items.clear()
    queue.tell()
    qtbot.waitUntil(lambda: not panel.isVisible())


def test_those_that_are_complete_are_cleared_at_once(
    qtbot: QtBot, panel: DownloadsPanel, queue: FakeQueue
) -> None:
    assert not panel.clear.isVisible()
    queue.put(item("a", State.DONE))
    qtbot.waitUntil(panel.clear.isVisible)
    qtbot.mouseClick(panel.clear, LEFT)
    assert queue.calls == [("remove", "a", False)]
    assert list(panel.cards) == ["b"]
    assert not panel.clear.isVisible()


class Painted(QObject):
    """Counts how often widgets are asked to paint themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: dict[QObject, int] = {}

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, RUF100
        if event.type() == QEvent.Type.Paint:
            self.counts[watched] = self.counts.get(watched, 0) + 1
        return False


def test_a_thousand_reports_are_a_few_looks_and_touch_only_their_card(
    qtbot: QtBot, panel: DownloadsPanel, queue: FakeQueue
) -> None:
    qtbot.waitExposed(panel)
    qtbot.wait(50)
    painted = Painted()
    cards = [card(panel, "a"), card(panel, "b")]
    for each in cards:
        each.installEventFilter(painted)
    looks = queue.looks
    for at in range(1000):
        queue.put(replace(queue.items[0], remaining_s=float(2000 - at)))
    qtbot.waitUntil(lambda: "about 17 min left" in texts(cards[0]))
    assert queue.looks - looks <= 3
    qtbot.waitUntil(lambda: painted.counts.get(cards[0], 0) >= 1)
    assert cards[1] not in painted.counts
    for each in cards:
        each.removeEventFilter(painted)


def test_a_panel_that_is_not_seen_does_nothing(
    qtbot: QtBot, panel: DownloadsPanel, queue: FakeQueue, presenter: DownloadPresenter
) -> None:
    panel.window().hide()
    shown = card(panel, "a").item
    with qtbot.waitSignal(presenter.changed):
        queue.put(replace(queue.items[0], remaining_s=60.0))
    assert card(panel, "a").item is shown
    panel.window().show()
    assert card(panel, "a").item is queue.items[0]


def test_many_parts_are_a_table_whose_unchanged_rows_are_left_alone(qtbot: QtBot) -> None:
    files = half_done(order(parts=200)).files
    model = FileList()
    ModelTester(None).check(model)
    model.show_files(files)
    changed: list[int] = []
    model.dataChanged.connect(lambda first, last: changed.extend({first.row(), last.row()}))
    more = replace(files[100], done_bytes=files[100].done_bytes + GB)
    model.show_files((*files[:100], more, *files[101:]))
    assert changed == [100]
    done = tuple(
        FileProgress(each.file, FileState.COMPLETE, each.file.size_bytes) for each in files
    )
    model.show_files(done)
    assert len(changed) == 1 + 100


def test_what_finishes_is_told_once(
    qtbot: QtBot, presenter: DownloadPresenter, queue: FakeQueue
) -> None:
    told: list[Item] = []
    presenter.finished.connect(told.append)
    done = item("a", State.DONE)
    queue.put(done)
    qtbot.waitUntil(lambda: bool(told))
    with qtbot.waitSignal(presenter.changed):
        queue.tell()
    assert told == [done]


def test_speed_limit_and_night_hours_are_settings(
    qtbot: QtBot, panel: DownloadsPanel, store: SettingsStore
) -> None:
    qtbot.mouseClick(panel.limits, LEFT)
    form = panel.findChild(Limits)
    fields = {field.objectName(): field for field in form.findChildren(SettingField)}
    fields["downloads.speed_limit_mbs"].edited.emit(2.5)
    qtbot.keyClick(fields["downloads.only_at_night"].focusProxy(), Qt.Key.Key_Space)
    assert store.settings.downloads.speed_limit_mbs == 2.5
    assert store.settings.downloads.only_at_night
    form.close()


def test_nothing_is_divided_by_an_empty_model(panel: DownloadsPanel, qtbot: QtBot, queue) -> None:
    empty = replace(order(parts=1, size=0), id="z")
    queue.put(Item(empty, State.DOWNLOADING, Progress(not_begun(empty).files, 0.0)))
    qtbot.waitUntil(lambda: "z" in panel.cards)


@pytest.mark.usefixtures("chinese")
def test_all_of_it_is_said_in_chinese(
    qtbot: QtBot, panel: DownloadsPanel, queue: FakeQueue
) -> None:
    for state in State:
        for waits_for in Wait if state is State.WAITING else (None,):
            queue.put(item("a", state, waits_for=waits_for))
            qtbot.wait(300)
            check_chinese(panel, "Model a", "Model b")
