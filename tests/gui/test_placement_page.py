# SPDX-License-Identifier: Apache-2.0
"""The Placement page: what is seen of a plan, and what typing and choosing does."""

from __future__ import annotations

from pathlib import Path

import pytest
from gguf import GGUFReader
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from ktdesk.planning.record import Outcome
from ktdesk.planning.shares import DeviceShares, Share
from tests.gui.placement_fixtures import Workplace, lite, show
from tests.gui.said import check_chinese
from tests.tiny.deepseek2 import tiny_deepseek
from tests.unit.planning.machines import machine
from ui.chat.model_presenter import ModelPresenter
from ui.language import Language
from ui.main_window import Translated
from ui.placement.page import PlacementPage
from ui.placement.presenter import PlacementPresenter
from ui.placement.share_bar import ShareBar
from ui.settings_store import SettingsStore
from ui.theme import Theme


@pytest.fixture
def workplace() -> Workplace:
    return Workplace()


@pytest.fixture
def page(
    qtbot: QtBot, model: ModelPresenter, store: SettingsStore, theme: Theme, workplace: Workplace
) -> PlacementPage:
    presenter = PlacementPresenter(model, store, model, workplace.open)
    page = PlacementPage(presenter, model, theme)
    qtbot.addWidget(page)
    page.resize(800, 700)
    page.show()
    return page


@pytest.fixture
def shown(qtbot: QtBot, page: PlacementPage, tmp_path: Path) -> PlacementPage:
    """The page with the plan of a model."""
    show(page._presenter, lite(tmp_path), qtbot.waitUntil)
    return page


def bars(page: PlacementPage) -> list[str]:
    """Return what the bars say to those who cannot see them, from top to bottom."""
    layout = page.bars.layout()
    shown = [layout.itemAt(at).widget() for at in range(layout.count())]
    return [bar._bar.accessibleName() for bar in shown]


def table(page: PlacementPage, role: Qt.ItemDataRole) -> list[list[object]]:
    rows = page.rules.table
    return [
        [rows.item(row, column).data(role) for column in range(rows.columnCount())]
        for row in range(rows.rowCount())
    ]


def test_before_there_is_a_model_it_says_so(page: PlacementPage) -> None:
    assert page._waiting.isVisible()
    assert not page._body.isVisible()


def test_a_longer_context_takes_more_of_the_bars(qtbot: QtBot, shown: PlacementPage) -> None:
    before = bars(shown)
    assert before[0].startswith("Graphics card 1")
    qtbot.keyClick(shown.controls.context, Qt.Key.Key_End)
    after = bars(shown)
    assert after != before
    cache = 163840 * 27 * (512 + 64) * 2  # tokens, layers, latent and rope key, bytes
    assert f"Cache {cache / 1e9:.1f} GB" in after[0]


def test_each_input_is_planned_with(qtbot: QtBot, shown: PlacementPage) -> None:
    presenter, controls = shown._presenter, shown.controls
    controls.cache.activated.emit(controls.cache.findText("q8_0"))
    controls.memory.setValue(6.5)
    controls.placement.activated.emit(controls.placement.findData("one_gpu"))
    assert (presenter.wanted.cache_type, presenter.wanted.vram_mb) == ("q8_0", 6500)
    assert presenter.rules.choice == "one_gpu"
    assert "of 6.5 GB" in bars(shown)[0]


def test_an_error_is_marked_at_its_line_as_the_user_types(
    qtbot: QtBot, shown: PlacementPage
) -> None:
    editor = shown.rules.editor
    text = editor.field.toPlainText()
    line = text.count("\n") + 1
    editor.field.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(editor.field, "- match: x.y")
    qtbot.waitUntil(lambda: editor.marked_lines == [line])
    assert f"line {line}" in editor.message
    assert not shown.rules.use.isEnabled()
    qtbot.keyClick(editor.field, Qt.Key.Key_Return)
    qtbot.keyClicks(editor.field, "  use: linear.cpu")
    qtbot.waitUntil(lambda: "matches nothing" in editor.message)
    assert editor.marked_lines == [line]
    editor.field.setPlainText(text)
    qtbot.waitUntil(lambda: not editor.message)
    assert editor.marked_lines == []


def test_the_table_s_bytes_add_up_to_the_file_s(
    qtbot: QtBot, page: PlacementPage, tmp_path: Path
) -> None:
    path = tiny_deepseek(tmp_path / "tiny.gguf").path
    show(page._presenter, path, qtbot.waitUntil)
    rows = table(page, Qt.ItemDataRole.UserRole)
    file_bytes = sum(int(tensor.n_bytes) for tensor in GGUFReader(path).tensors)
    assert sum(row[2] for row in rows[:-1]) == rows[-1][2] == file_bytes


def test_a_plan_for_a_card_that_is_missing_says_so(
    qtbot: QtBot, page: PlacementPage, workplace: Workplace, tmp_path: Path
) -> None:
    workplace.machine = machine(64)
    show(page._presenter, lite(tmp_path), qtbot.waitUntil)
    page._presenter.choose("one_gpu")
    assert "no such card" in bars(page)[0]
    assert "Graphics card 1 is short by" in page.verdict.text
    assert page.rules.use.isEnabled()


def test_a_model_that_is_too_large_is_told_what_would_help(
    qtbot: QtBot, page: PlacementPage, workplace: Workplace, tmp_path: Path
) -> None:
    workplace.machine = machine(16)
    show(page._presenter, lite(tmp_path), qtbot.waitUntil)
    assert "read from the disk" in page.verdict.text
    assert "Main memory is short by" in page.verdict.text
    assert "weights in" in page.verdict.text
    assert bars(page)[-1].startswith("Disk")


def test_the_map_says_where_each_layer_s_experts_are(shown: PlacementPage) -> None:
    shown._presenter.choose("one_gpu")
    grid = shown.map._grid
    texts = grid.texts()
    assert any(t.startswith("Layer 1, Routed experts") and "Main memory" in t for t in texts)
    assert not any(t.startswith("Layer 0, Routed experts") for t in texts)
    row = grid._rows.index("routed")
    middle = grid._box(1, row).center()
    assert grid.cell_at(middle).layer == 1
    assert grid.cell_at(QPointF(2, 2)) is None


def test_what_was_measured_stands_beside_what_was_predicted(
    qtbot: QtBot, page: PlacementPage, workplace: Workplace, tmp_path: Path
) -> None:
    outcome = Outcome("key", "DeepSeek-V2-Lite", "one_gpu", "decode", 40.0, 44.0, "2026-11-20T10")
    workplace.outcomes = (outcome,)
    show(page._presenter, lite(tmp_path), qtbot.waitUntil)
    assert "40 predicted, 44 tokens/s measured" in page.outcomes.text()


def test_what_is_free_is_asked_again_when_the_page_is_shown(
    qtbot: QtBot, shown: PlacementPage, workplace: Workplace
) -> None:
    shown.hide()
    workplace.machine = machine(16)
    shown.show()
    qtbot.waitUntil(lambda: "of 8.0 GB" in bars(shown)[0])


def test_a_model_that_cannot_be_loaded_is_told_of_here_too(
    qtbot: QtBot, shown: PlacementPage, model: ModelPresenter
) -> None:
    shown._presenter.path.unlink()
    qtbot.mouseClick(shown.rules.use, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(shown.banner.isVisible)
    assert "There is no file" in shown.banner.text


def test_all_of_it_follows_the_language(qapp: QApplication, shown: PlacementPage) -> None:
    language = Language(qapp)
    try:
        language.use("zh_CN")
        for widget in (shown, *shown.findChildren(QWidget)):
            if isinstance(widget, Translated):
                widget.retranslate()
        assert "显卡 1" in bars(shown)[0]
        assert "可以运行" in shown.verdict.text
        assert "路由专家" in "\n".join(shown.map._grid.texts())
    finally:
        language.use("en")


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_a_bar_is_as_long_as_its_shares_and_ends_at_the_limit(
    qtbot: QtBot, theme: Theme, mode: str
) -> None:
    theme.use(mode)
    shares = DeviceShares(0, 60, {Share.ATTENTION: 30, Share.CACHE: 70})
    bar = ShareBar(theme, shares)
    qtbot.addWidget(bar)
    bar._bar.setFixedWidth(200)
    bar.show()
    image = bar._bar.grab().toImage()

    def colour(percent: int) -> str:
        return image.pixelColor(image.width() * percent // 100, image.height() // 2).name()

    attention, cache = (theme.colour(f"share_{name}").name() for name in ("attention", "cache"))
    at = {2: attention, 28: attention, 32: cache, 58: cache, 62: cache, 98: cache}
    assert {percent: colour(percent) for percent in at} == at
    limit = image.pixelColor(image.width() * 60 // 100, 0).name()
    assert limit == theme.colour("text").name()
    theme.use("system")


def test_the_verdict_follows_the_plan(shown: PlacementPage) -> None:
    assert shown.verdict.property("fit") == "comfortable"
    ground = shown.verdict.grab().toImage().pixelColor(20, 4).name()
    shown._presenter.choose("gpu_only")
    shown._presenter.want_memory(1000)
    assert shown.verdict.property("fit") == "will_not_run"
    assert shown.verdict.grab().toImage().pixelColor(20, 4).name() != ground
    assert "short by" in shown.verdict.text


@pytest.mark.usefixtures("chinese")
def test_all_of_it_is_said_in_chinese(shown: PlacementPage) -> None:
    check_chinese(shown)
