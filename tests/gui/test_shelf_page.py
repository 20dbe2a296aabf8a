# SPDX-License-Identifier: Apache-2.0
"""The page My models: states, sorting, filtering, what can be done, and changes on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox, QPushButton
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from ktdesk.errors import LibraryError
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.shelf.lock_file import ModelLock
from ktdesk.library.shelf.model import LocalModel, Owner
from ktdesk.library.shelf.state import Condition
from ktdesk.settings import models_folder
from tests.gui.accessible import check_accessible
from tests.gui.fake_keeper import FOLDER, FakeKeeper, local_model
from tests.gui.fake_queue import GB, FakeElsewhere, FakeQueue, order
from tests.gui.said import check_chinese
from ui.library.download_presenter import DownloadPresenter
from ui.library.downloads_panel import DownloadsPanel
from ui.library.model_actions import ModelActions
from ui.library.model_table import Column, ModelFilter, ModelTable
from ui.library.places import Places
from ui.library.shelf_page import ShelfPage
from ui.library.shelf_presenter import ShelfPresenter
from ui.settings_store import SettingsStore
from ui.theme import Theme

LEFT = Qt.MouseButton.LeftButton
MODELS = (
    local_model("DeepSeek-R1", parts=9, size=45 * GB),
    local_model("Qwen3", Condition.UNVERIFIED, architecture="qwen3moe", owner=Owner.LM_STUDIO),
    local_model("Kimi-K2", Condition.MISSING, parts=13),
    local_model("gpt-oss", Condition.DAMAGED, parts=3, architecture="gpt-oss"),
    local_model("notes", Condition.UNREADABLE, architecture="", size=12_000),
    local_model("GLM-4.5", Condition.GONE, architecture="glm4moe", folder=Path("/not/there")),
)


class Loader:
    def __init__(self) -> None:
        self.paths: list[Path] = []

    def load(self, path: Path) -> None:
        self.paths.append(path)


@pytest.fixture
def keeper() -> FakeKeeper:
    return FakeKeeper(*MODELS)


@pytest.fixture
def loader() -> Loader:
    return Loader()


@pytest.fixture
def queue() -> FakeQueue:
    return FakeQueue()


@pytest.fixture
def presenter(qapp, keeper: FakeKeeper, store: SettingsStore) -> Iterator[ShelfPresenter]:
    presenter = ShelfPresenter(keeper, store)
    yield presenter
    keeper.gate.set()
    presenter.close()


@pytest.fixture
def page(
    qtbot: QtBot,
    presenter: ShelfPresenter,
    loader: Loader,
    queue: FakeQueue,
    store: SettingsStore,
    theme: Theme,
) -> Iterator[ShelfPage]:
    downloads = DownloadPresenter(queue, FakeElsewhere())
    panel = DownloadsPanel(downloads, store, theme)
    places = Places(store)
    actions = ModelActions(presenter, places, loader, downloads.add)
    page = ShelfPage(presenter, actions, places, panel, theme)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    qtbot.waitUntil(lambda: presenter.models is not None)
    yield page
    downloads.close()


def column(page: ShelfPage, at: Column) -> list[str]:
    shown = page.shown
    return [shown.index(row, at).data() for row in range(shown.rowCount())]


def select(page: ShelfPage, name: str) -> None:
    names = [text.removesuffix(" · loaded") for text in column(page, Column.NAME)]
    page.table.selectRow(names.index(name))


def state_of(page: ShelfPage, name: str) -> str:
    return dict(zip(column(page, Column.NAME), column(page, Column.STATE), strict=True))[name]


def enabled(page: ShelfPage) -> set[str]:
    return {name for name, action in page.actions_row.by_name.items() if action.isEnabled()}


def press(qtbot: QtBot, page: ShelfPage, title: str) -> None:
    buttons = page.actions_row.findChildren(QPushButton)
    (button,) = (each for each in buttons if each.text() == title)
    qtbot.mouseClick(button, LEFT)


def said(page: ShelfPage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def test_every_model_is_there_with_its_state(page: ShelfPage) -> None:
    states = dict(zip(column(page, Column.NAME), column(page, Column.STATE), strict=True))
    assert states == {
        "DeepSeek-R1": "Complete",
        "Qwen3": "Unverified",
        "Kimi-K2": "Missing 6 of 13",
        "gpt-oss": "Damaged",
        "notes": "Unreadable",
        "GLM-4.5": "Gone",
    }
    assert column(page, Column.SIZE)[0] == "405 GB"
    assert "LM Studio: /models" in column(page, Column.FOLDER)
    text = page.shown.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert text == "DeepSeek-R1, Complete, 405 GB, deepseek2, /models"


def test_the_keyboard_sorts_nothing_but_the_header_does(page: ShelfPage) -> None:
    page.table.sortByColumn(Column.SIZE, Qt.SortOrder.DescendingOrder)
    assert column(page, Column.NAME)[:2] == ["DeepSeek-R1", "Kimi-K2"]
    page.table.sortByColumn(Column.NAME, Qt.SortOrder.AscendingOrder)
    assert column(page, Column.NAME)[0] == "DeepSeek-R1"


def test_words_and_a_state_filter(qtbot: QtBot, page: ShelfPage) -> None:
    qtbot.keyClicks(page.field, "deepseek")
    assert set(column(page, Column.NAME)) == {"DeepSeek-R1", "Kimi-K2"}
    page.conditions.setFocus()
    page.conditions.setCurrentIndex(page.conditions.findData(Condition.MISSING))
    page.conditions.activated.emit(page.conditions.currentIndex())
    assert column(page, Column.NAME) == ["Kimi-K2"]
    qtbot.keyClicks(page.field, " xyzzy")
    assert "No model is like that." in said(page)


@pytest.mark.parametrize(
    ("name", "can"),
    [
        ("DeepSeek-R1", {"load", "verify", "reveal", "move", "delete"}),
        ("Qwen3", {"load", "verify", "reveal"}),
        ("Kimi-K2", {"verify", "reveal", "move", "delete"}),
        ("gpt-oss", {"verify", "reveal", "move", "delete"}),
        ("notes", {"verify", "reveal", "move", "delete"}),
        ("GLM-4.5", set()),
    ],
)
def test_what_can_be_done_follows_from_the_state(page: ShelfPage, name: str, can: set[str]) -> None:
    select(page, name)
    assert enabled(page) == can


def test_the_reason_is_said_in_words(page: ShelfPage) -> None:
    reasons = {
        "Kimi-K2": "Missing: Kimi-K2-00001-of-00013.gguf",
        "gpt-oss": "Not as their source has them",
        "notes": "It is not a GGUF file.",
        "GLM-4.5": "connect the disk",
    }
    for name, words in reasons.items():
        select(page, name)
        assert words in said(page)


def test_return_loads_and_leads_to_the_chat(qtbot: QtBot, page: ShelfPage, loader: Loader) -> None:
    select(page, "DeepSeek-R1")
    with qtbot.waitSignal(page.actions_row.loading):
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert loader.paths == [MODELS[0].path]


def test_a_damaged_one_is_not_loaded_by_return(
    qtbot: QtBot, page: ShelfPage, loader: Loader
) -> None:
    select(page, "gpt-oss")
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert loader.paths == []


def test_the_loaded_one_is_marked_and_stays_where_it_is(page: ShelfPage) -> None:
    page.show_loaded(MODELS[0].path)
    assert "DeepSeek-R1 · loaded" in column(page, Column.NAME)
    select(page, "DeepSeek-R1")
    assert enabled(page) == {"verify", "reveal"}


def test_verifying_shows_its_progress_and_can_be_stopped(
    qtbot: QtBot, page: ShelfPage, keeper: FakeKeeper
) -> None:
    keeper.gate.clear()
    select(page, "DeepSeek-R1")
    press(qtbot, page, "Verify")
    assert enabled(page) == {"stop"}
    qtbot.waitUntil(lambda: "Being verified: 34 %" in column(page, Column.STATE))
    press(qtbot, page, "Stop")
    assert state_of(page, "DeepSeek-R1") == "Complete"
    assert "verify" in enabled(page)
    assert keeper.calls == []


def test_what_verifying_finds_is_shown(qtbot: QtBot, page: ShelfPage, keeper: FakeKeeper) -> None:
    keeper.models[0] = local_model("DeepSeek-R1", Condition.DAMAGED, parts=9, size=45 * GB)
    select(page, "DeepSeek-R1")
    press(qtbot, page, "Verify")
    qtbot.waitUntil(lambda: state_of(page, "DeepSeek-R1") == "Damaged")
    assert keeper.calls == [("verify", "DeepSeek-R1")]


def test_an_error_is_shown_and_the_model_is_left_alone(
    qtbot: QtBot, page: ShelfPage, keeper: FakeKeeper, tmp_path: Path
) -> None:
    keeper.error = LibraryError("The disk is full.", hint="Free some space.")
    select(page, "DeepSeek-R1")
    press(qtbot, page, "Move…")
    page.findChild(QFileDialog).fileSelected.emit(str(tmp_path))
    qtbot.waitUntil(page.banner.isVisible)
    assert page.banner.text == "The disk is full. Free some space."
    assert state_of(page, "DeepSeek-R1") == "Complete"


def test_moving_asks_for_a_folder_and_looks_there_from_then_on(
    qtbot: QtBot, page: ShelfPage, keeper: FakeKeeper, store: SettingsStore, tmp_path: Path
) -> None:
    select(page, "DeepSeek-R1")
    press(qtbot, page, "Move…")
    page.findChild(QFileDialog).fileSelected.emit(str(tmp_path))
    qtbot.waitUntil(lambda: keeper.calls == [("move", "DeepSeek-R1", tmp_path)])
    assert store.settings.models.folders == (str(tmp_path),)


@pytest.mark.parametrize(("title", "how"), [("recycle bin", "bin"), ("for good", "for good")])
def test_deleting_asks_and_says_what_it_frees(
    qtbot: QtBot, page: ShelfPage, keeper: FakeKeeper, title: str, how: str
) -> None:
    select(page, "DeepSeek-R1")
    press(qtbot, page, "Delete…")
    box = page.findChild(QMessageBox)
    assert "9 files" in box.informativeText()
    assert "405 GB" in box.informativeText()
    assert not keeper.calls
    (yes,) = (b for b in box.findChildren(QPushButton) if title in b.text())
    qtbot.mouseClick(yes, LEFT)
    qtbot.waitUntil(lambda: "DeepSeek-R1" not in column(page, Column.NAME))
    assert keeper.calls == [(how, "DeepSeek-R1")]


def test_what_is_missing_is_fetched_from_where_the_model_came_from(
    qtbot: QtBot, page: ShelfPage, keeper: FakeKeeper, queue: FakeQueue, presenter: ShelfPresenter
) -> None:
    kimi = MODELS[2]
    files = tuple(RemoteFile(file.path.name, 40 * GB, "a" * 64) for file in kimi.files)
    other = RemoteFile("another.gguf", GB, "c" * 64)
    lock = ModelLock("huggingface", "moonshot/Kimi-K2", "0" * 40, (*files, other))
    keeper.models[2] = replace(kimi, lock=lock, lock_folder=FOLDER)
    presenter.look()
    qtbot.waitUntil(lambda: bool(presenter.models and presenter.models[2].lock))
    select(page, "Kimi-K2")
    press(qtbot, page, "Fetch what is missing")
    (item,) = queue.items
    assert item.order.files == files
    assert item.order.folder == FOLDER
    assert item.order.repository == "moonshot/Kimi-K2"


def test_changes_on_the_disk_are_followed_and_the_selection_stays(
    qtbot: QtBot, page: ShelfPage, keeper: FakeKeeper
) -> None:
    select(page, "Kimi-K2")
    keeper.models.insert(0, local_model("A new one"))
    keeper.look()
    qtbot.waitUntil(lambda: "A new one" in column(page, Column.NAME))
    (row,) = page.table.selectionModel().selectedRows()
    assert row.data() == "Kimi-K2"
    keeper.models.remove(MODELS[2])
    keeper.look()
    qtbot.waitUntil(lambda: not page.actions_row.isVisible())


def test_without_models_it_says_where_to_find_some(
    qtbot: QtBot, page: ShelfPage, keeper: FakeKeeper
) -> None:
    keeper.models.clear()
    keeper.unreadable[Path("/locked")] = "Permission denied"
    keeper.look()
    qtbot.waitUntil(lambda: "There is no model yet." in said(page))
    assert "/locked: Permission denied" in said(page)


def test_folders_are_listed_added_and_removed(
    qtbot: QtBot, page: ShelfPage, store: SettingsStore, tmp_path: Path
) -> None:
    qtbot.waitUntil(lambda: str(models_folder()) in said(page))
    more = tmp_path / "more"
    more.mkdir()
    qtbot.mouseClick(page.folders.add, LEFT)
    page.findChild(QFileDialog).fileSelected.emit(str(more))
    qtbot.waitUntil(lambda: str(more) in said(page))
    assert store.settings.models.folders == (str(more),)
    page.folders._places.remove(more)
    qtbot.waitUntil(lambda: str(more) not in said(page))
    page.folders._places.add(str(tmp_path / "nothing"))
    assert page.banner.isVisible()


def many(count: int) -> list[LocalModel]:
    return [local_model(f"Model {n:05d}", size=n + 1) for n in range(count)]


def test_ten_thousand_models_are_told_of_only_where_they_changed(qapp, theme: Theme) -> None:
    models = many(10_000)
    table = ModelTable(theme)
    table.show_models(models, {}, None)
    told: list[tuple[int, int]] = []
    table.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    table.show_models(models, {models[7].path: "Being verified: 1 %"}, None)
    table.show_models(models, {models[7].path: "Being verified: 2 %"}, models[9000].path)
    assert told == [(7, 7), (7, 7), (9000, 9000)]


def test_table_and_filter_keep_qt_s_rules_for_models(qapp, theme: Theme) -> None:
    table = ModelTable(theme)
    shown = ModelFilter(table)
    for model in (table, shown):
        ModelTester(None).check(model)
    table.show_models(many(20), {}, None)
    shown.want("0001", None)
    assert shown.rowCount() == 11
    shown.sort(Column.SIZE, Qt.SortOrder.DescendingOrder)
    assert shown.index(0, 0).data() == "Model 00019"
    table.show_models(many(3), {}, None)
    shown.want("", Condition.COMPLETE)
    assert shown.rowCount() == 3


def test_everything_has_a_name_and_is_reached_by_the_tab_key(
    qtbot: QtBot, page: ShelfPage, queue: FakeQueue
) -> None:
    queue.add(order())
    queue.tell()
    qtbot.waitUntil(page.downloads.isVisible)
    select(page, "DeepSeek-R1")
    check_accessible(page)


@pytest.mark.usefixtures("chinese")
def test_all_of_it_is_said_in_chinese(qtbot: QtBot, page: ShelfPage, queue: FakeQueue) -> None:
    queue.add(order())
    queue.tell()
    qtbot.waitUntil(page.downloads.isVisible)
    for model in MODELS:
        select(page, model.name)
        check_chinese(page, *(model.name for model in MODELS))
