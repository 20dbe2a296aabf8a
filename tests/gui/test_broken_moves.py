# SPDX-License-Identifier: Apache-2.0
"""Moves of models that were broken off, on the page My models."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from ktdesk.library.shelf.move_plan import MovePlan, unfinished_moves
from tests.unit.library.shelf.making import break_off_move, model, put
from ui.library.broken_moves import BrokenMoves
from ui.theme import Theme

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def plan(tmp_path: Path) -> MovePlan:
    (path,) = put(tmp_path / "here", {"a.gguf": model("Big")})
    (tmp_path / "there").mkdir()
    return break_off_move(path, tmp_path / "there")


@pytest.fixture
def moves(qtbot: QtBot, theme: Theme) -> BrokenMoves:
    moves = BrokenMoves(theme)
    qtbot.addWidget(moves)
    return moves


def press(qtbot: QtBot, moves: BrokenMoves, title: str) -> None:
    (button,) = (each for each in moves.findChildren(QPushButton) if each.text() == title)
    with qtbot.waitSignal(moves.ended):
        qtbot.mouseClick(button, LEFT)


def test_without_any_nothing_is_told(qtbot: QtBot, moves: BrokenMoves) -> None:
    moves.look()
    qtbot.wait(100)
    assert moves.isHidden()


@pytest.mark.parametrize("title", ["Finish moving it", "Put all back"])
def test_one_is_told_and_finished_or_undone(
    qtbot: QtBot, moves: BrokenMoves, plan: MovePlan, title: str
) -> None:
    moves.look()
    qtbot.waitUntil(moves.isVisible)
    assert "Moving Big was broken off" in moves.text
    press(qtbot, moves, title)
    file = plan.files[0]
    is_moved = title == "Finish moving it"
    assert (file.target.exists(), file.source.exists()) == (is_moved, not is_moved)
    assert unfinished_moves() == []
    qtbot.waitUntil(moves.isHidden)


def test_the_next_one_is_told_then(
    qtbot: QtBot, moves: BrokenMoves, plan: MovePlan, tmp_path: Path
) -> None:
    (path,) = put(tmp_path / "here", {"b.gguf": model("Second")})
    break_off_move(path, tmp_path / "there")
    moves.look()
    qtbot.waitUntil(moves.isVisible)
    press(qtbot, moves, "Put all back")
    qtbot.waitUntil(lambda: "Second" in moves.text)


def test_what_keeps_it_from_ending_is_shown(
    qtbot: QtBot, moves: BrokenMoves, plan: MovePlan
) -> None:
    put(plan.files[0].target.parent, {"a.gguf": b"mine"})
    moves.look()
    qtbot.waitUntil(moves.isVisible)
    press(qtbot, moves, "Finish moving it")
    assert "there is already a file" in moves.text
    assert moves.isVisible()
    assert plan.files[0].target.read_bytes() == b"mine"
