# SPDX-License-Identifier: Apache-2.0
"""The newest messages of the log, by level and words. No widgets.

Nothing is done while nobody looks: messages gather in `Recent`, and a timer asks for them only
between `look` and `rest`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ktdesk.errors import KTDeskError
from ktdesk.log import Line, Recent
from ktdesk.whole_file import whole_file

LOOK_MS = 200
LEVELS = (logging.DEBUG, logging.WARNING, logging.ERROR)  # from which on messages are shown


class LogsPresenter(QObject):
    """restarted: other lines are to be shown; they follow. added: a text of some more lines.

    failed: a KTDeskError.
    """

    restarted = Signal()
    added = Signal(str)
    failed = Signal(object)

    def __init__(self, recent: Recent, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._recent = recent
        self._seen = 0
        self._level, self._words = LEVELS[0], ""
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._follow)

    @property
    def is_looking(self) -> bool:
        """Whether messages are asked for."""
        return self._timer.isActive()

    def look(self) -> None:
        """Begin to follow the log."""
        self._follow()
        self._timer.start()

    def rest(self) -> None:
        """Follow it no longer; nothing is missed."""
        self._timer.stop()

    def show_level(self, level: int) -> None:
        """Show messages of this level and above."""
        self._level = level
        self._restart()

    def search(self, words: str) -> None:
        """Show only messages with these words; all, if there are none."""
        self._words = words
        self._restart()

    def text(self) -> str:
        """Return all lines that level and words let through."""
        return _text(self._chosen(self._recent.since(0)))

    def clear(self) -> None:
        """Forget all messages; the file keeps them."""
        self._recent.clear()
        self._restart()

    def save(self, path: Path) -> None:
        """Write the lines that are shown to a file."""
        try:
            with whole_file(path) as file:
                file.write(self.text().encode("utf-8"))
        except OSError as error:
            told = KTDeskError(
                f"The log cannot be written to {path}: {error.strerror}.",
                hint="Choose another folder.",
            )
            self.failed.emit(told)

    def _restart(self) -> None:
        self._seen = 0
        self.restarted.emit()
        self._follow()

    @Slot()
    def _follow(self) -> None:
        if lines := self._recent.since(self._seen):
            self._seen = lines[-1].number
            if text := _text(self._chosen(lines)):
                self.added.emit(text)

    def _chosen(self, lines: Iterable[Line]) -> list[Line]:
        words = self._words.casefold().split()
        return [
            line
            for line in lines
            if line.level >= self._level
            and all(word in f"{line.source} {line.text}".casefold() for word in words)
        ]


def _text(lines: Iterable[Line]) -> str:
    return "".join(f"{_line(line)}\n" for line in lines)


def _line(line: Line) -> str:
    clock = time.strftime("%H:%M:%S", time.localtime(line.when))
    return f"{clock} {logging.getLevelName(line.level):7} {line.source}: {line.text}"
