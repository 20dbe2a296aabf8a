# SPDX-License-Identifier: Apache-2.0
"""What tests of the window do to it, and see of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QToolButton
from pytestqt.qtbot import QtBot

from ui.chat.presenter import ChatPresenter
from ui.chat.text_block import TextBlock
from ui.main_window import MainWindow


def editor(window: MainWindow) -> QPlainTextEdit:
    return window.page.prompt.findChild(QPlainTextEdit)


def send_button(window: MainWindow) -> QToolButton:
    return window.findChild(QToolButton, "send")


def say(qtbot: QtBot, window: MainWindow, chat: ChatPresenter, text: str) -> None:
    qtbot.keyClicks(editor(window), text)
    qtbot.keyClick(editor(window), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not chat.is_answering)


def shown(window: MainWindow) -> str:
    """Return all the text of the answers on the screen."""
    return "\n".join(block.toPlainText() for block in window.findChildren(TextBlock))
