# SPDX-License-Identifier: Apache-2.0
"""Widgets that are garbage are destroyed on the GUI thread, whichever thread is busy."""

from __future__ import annotations

import gc
import threading

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui import garbage
from ui.garbage import Garbage


class Pane(QWidget):
    """Refers to itself, as what connects its signals to its own methods does."""

    def __init__(self, destroyed_in: list[threading.Thread]) -> None:
        super().__init__()
        self.itself = self
        self.destroyed.connect(
            lambda: destroyed_in.append(threading.current_thread()),
            Qt.ConnectionType.DirectConnection,
        )


def allocated_on_a_thread() -> list[list[int]]:
    """Return what another thread allocated: enough to make Python collect all generations."""
    kept: list[list[int]] = []
    maker = threading.Thread(target=lambda: kept.extend([] for _ in range(2_000_000)))
    maker.start()
    maker.join()
    return kept


def test_a_pane_is_not_destroyed_where_a_thread_allocates(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(garbage, "INTERVAL_MS", 1)
    collector = Garbage()
    destroyed_in: list[threading.Thread] = []
    Pane(destroyed_in)
    kept = allocated_on_a_thread()
    assert destroyed_in == []
    qtbot.waitUntil(lambda: destroyed_in == [threading.main_thread()])
    assert not gc.isenabled()
    del collector, kept


def test_little_is_not_worth_a_collection(qapp: QCoreApplication) -> None:
    collector = Garbage()
    gc.collect()
    generations: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        generations.append(info["generation"])

    gc.callbacks.append(note)
    try:
        collector.collect()
    finally:
        gc.callbacks.remove(note)
    assert generations == []
