# SPDX-License-Identifier: Apache-2.0
"""Colours of code by Pygments, a slice at a time, so that long code never holds the window up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextDocument, QTextLayout

from ktdesk.rendering.code import MOST, colour_of, is_made, lexer_of
from ui.aio import Flow, in_thread, start
from ui.theme import Theme

SLICE_S = 0.004  # of work before the window has its turn


class CodeColours(QObject):
    """Colours the document of a code block once its code is whole."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._document, self._theme = document, theme
        self._tokens: Iterator[tuple[int, Any, str]] = iter(())
        self._line = QTextBlock()
        self._ranges: list[QTextLayout.FormatRange] = []
        self._making: Flow | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)

    def colour(self, code: str, language: str) -> None:
        """Begin to colour code of a language, if it is a known one."""
        self.stop()
        if not code or not language or len(code) > MOST:
            return
        if is_made(language):
            self._start(code, lexer_of(language))
        else:  # it takes a while to make
            self._making = start(self, self._make(code, language))

    def stop(self) -> None:
        """Leave the code as it is."""
        if self._making:
            self._making.cancel()
            self._making = None
        self._timer.stop()

    async def _make(self, code: str, language: str) -> None:
        self._start(code, await in_thread(lambda report: lexer_of(language)))

    def _start(self, code: str, lexer: Any) -> None:
        self._making = None
        if lexer is not None:
            self._tokens = lexer.get_tokens_unprocessed(code)
            self._line, self._ranges = self._document.begin(), []
            self._timer.start()

    @Slot()
    def _go_on(self) -> None:
        end = time.perf_counter() + SLICE_S
        for position, kind, text in self._tokens:
            if name := colour_of(str(kind)):
                form = QTextCharFormat()
                form.setForeground(self._theme.colour(name))
                self._put(position, text, form)
            if time.perf_counter() > end:
                return
        self._finish_line()
        self._timer.stop()

    def _put(self, position: int, text: str, form: QTextCharFormat) -> None:
        """Give a word its colour; it may go over several lines."""
        for piece in text.split("\n"):
            if piece:
                self._put_in_line(position, len(piece), form)
            position += len(piece) + 1

    def _put_in_line(self, position: int, length: int, form: QTextCharFormat) -> None:
        while self._line.isValid() and position >= self._line.position() + self._line.length():
            self._finish_line()
            self._line = self._line.next()
        if self._line.isValid():
            found = QTextLayout.FormatRange()
            found.start, found.length, found.format = position - self._line.position(), length, form
            self._ranges.append(found)

    def _finish_line(self) -> None:
        if self._ranges and self._line.isValid():
            self._line.layout().setFormats(self._ranges)
            self._document.markContentsDirty(self._line.position(), self._line.length())
        self._ranges = []
