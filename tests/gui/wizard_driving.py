# SPDX-License-Identifier: Apache-2.0
"""What tests of the first steps do to them, and see of them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QRadioButton
from pytestqt.qtbot import QtBot

from ui.main_window import MainWindow
from ui.wizard.page import WizardPage

PLAN_MS = 60_000  # with the import of torch, on a machine that is busy
LEFT = Qt.MouseButton.LeftButton


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
