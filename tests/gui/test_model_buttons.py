# SPDX-License-Identifier: Apache-2.0
"""Buttons that name a model, and what comes of them when their pane has gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import shiboken6
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.theme import Theme
from ui.workspace.pane_model import PaneModel


def _by_itself(button: PaneModel, parent: QWidget) -> None:
    del parent
    shiboken6.delete(button)


def _later(button: PaneModel, parent: QWidget) -> None:
    del parent
    button.deleteLater()


def _with_its_pane(button: PaneModel, parent: QWidget) -> None:
    del button
    shiboken6.delete(parent)


@pytest.mark.parametrize("end", [_by_itself, _later, _with_its_pane])
def test_one_that_has_gone_hears_nothing(
    qtbot: QtBot,
    model: ModelPresenter,
    theme: Theme,
    chat: ChatPresenter,
    end: Callable[[PaneModel, QWidget], None],
) -> None:
    """Also where Python has not forgotten it yet; what a slot raises would fail the test."""
    parent = QWidget()
    button = PaneModel(lambda: chat.own, model, theme, parent)
    end(button, parent)
    qtbot.waitUntil(lambda: not shiboken6.isValid(button))
    model.found.emit([])
    model.changed.emit()
