# SPDX-License-Identifier: Apache-2.0
"""A person's way through the window: what is there to be read, and what is pressed and typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

# Of unhurried reading of what one does not know yet, and of looking for what to press.
WORDS_PER_MINUTE, CHARACTERS_PER_MINUTE = 200, 300
PRESS_S = 1.0
KEY_S = 0.3

_CHARACTER = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W\u4e00-\u9fff][^\s\u4e00-\u9fff]*")


class Walk:
    """Counts. A text that is seen again is not read again."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self._seen: set[str] = set()
        self.words = self.characters = self.presses = self.keys = 0

    def read(self, page: QWidget) -> None:
        """Read all texts of a page, also those that must be scrolled to."""
        QApplication.processEvents()
        for text in set(_texts(page)) - self._seen:
            self._seen.add(text)
            self.words += len(_WORD.findall(text))
            self.characters += len(_CHARACTER.findall(text))

    def press(self, button: QAbstractButton) -> None:
        """Press a button."""
        assert button.isVisible()
        assert button.isEnabled()
        self.presses += 1
        self._qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def choose(self, choice: Callable[[], object]) -> None:
        """Choose something that is no button: a page, a row."""
        self.presses += 1
        choice()

    def type(self, field: QLineEdit | QPlainTextEdit, text: str) -> None:
        """Type a text and the return key."""
        self.keys += len(text) + 1
        self._qtbot.keyClicks(field, text)
        self._qtbot.keyClick(field, Qt.Key.Key_Return)

    @property
    def seconds(self) -> float:
        """How long a person takes, without what the machine takes."""
        reading = self.words / WORDS_PER_MINUTE + self.characters / CHARACTERS_PER_MINUTE
        return 60 * reading + PRESS_S * self.presses + KEY_S * self.keys


def _texts(page: QWidget) -> Iterator[str]:
    """Yield what is written on a page, and what is on buttons without words."""
    for widget in page.findChildren(QWidget):
        if not widget.isVisible():
            continue
        match widget:
            case QLabel() | QAbstractButton():
                yield widget.text()
            case QLineEdit() | QPlainTextEdit():
                yield widget.placeholderText()
            case QListView() if widget.model():
                rows = range(widget.model().rowCount())
                yield from (str(widget.model().index(row, 0).data()) for row in rows)
            case _:
                pass
