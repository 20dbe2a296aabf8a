# SPDX-License-Identifier: Apache-2.0
"""How much of the prompt is read: a bar with tokens, speed and the time that remains."""

from __future__ import annotations

import time

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

SURE_S = 0.5  # of reading, before which a speed says nothing


class ReadingBar(QWidget):
    """Hidden until it has something to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._done: int = 0
        self._total: int = 0
        self._first: tuple[float, int] | None = None  # when, and what was known from before
        self._words = QLabel(self)
        self._words.setObjectName("hint")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setMaximumWidth(320)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._words)
        column.addWidget(self._bar)
        self.hide()

    def show_progress(self, done: int, total: int) -> None:
        """Say how many tokens are read; those known from before count as read."""
        if self._first is None or done < self._done or total != self._total:
            self._first = (time.monotonic(), done)
        self._done, self._total = done, total
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        number = QLocale().toString
        words = self.tr("Reading {done} of {total} tokens")
        parts = [words.format(done=number(self._done), total=number(self._total))]
        if speed := self._speed():
            parts.append(self.tr("{speed} tokens/s").format(speed=number(round(speed))))
            left = (self._total - self._done) / speed
            parts.append(self.tr("{time} left").format(time=_duration(left)))
        self._words.setText("  ·  ".join(parts))
        self._bar.setAccessibleName(self._words.text())

    def _speed(self) -> float:
        if self._first is None:
            return 0.0
        seconds = time.monotonic() - self._first[0]
        return (self._done - self._first[1]) / seconds if seconds > SURE_S else 0.0


def _duration(seconds: float) -> str:
    """Return a time as minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
