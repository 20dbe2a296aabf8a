# SPDX-License-Identifier: Apache-2.0
"""How fast the panes' last answers were, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QWidget

from ktdesk import Stats
from ui.chat.messages import ChatMessage


@dataclass(frozen=True, slots=True)
class Measure:
    """A line of the table. best: which of several values is."""

    title: str
    value: Callable[[Stats], float]
    digits: int
    unit: str
    best: Callable[[Sequence[float]], float] | None = None


def measures() -> list[Measure]:
    """Return the lines in the present language."""
    speed, second = QCoreApplication.translate("Comparison", "tokens/s"), "s"
    return [
        Measure(
            QCoreApplication.translate("Comparison", "First token after"),
            lambda stats: stats.first_token_s, 2, second, min,
        ),
        Measure(
            QCoreApplication.translate("Comparison", "Reading"),
            lambda stats: stats.prefill_tokens_per_s, 1, speed, max,
        ),
        Measure(
            QCoreApplication.translate("Comparison", "Writing"),
            lambda stats: stats.decode_tokens_per_s, 1, speed, max,
        ),
        Measure(
            QCoreApplication.translate("Comparison", "Written"),
            lambda stats: float(stats.generated_tokens), 0,
            QCoreApplication.translate("Comparison", "tokens"),
        ),
        Measure(
            QCoreApplication.translate("Comparison", "Time in all"),
            lambda stats: stats.first_token_s + stats.decode_s, 1, second, min,
        ),
    ]  # fmt: skip


class Comparison(QFrame):
    """A column for each answer with measurements; hidden unless there are two."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._answers: list[ChatMessage] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(16, 8, 16, 8)
        self._grid.setHorizontalSpacing(20)
        self._grid.setVerticalSpacing(2)
        self._cells: dict[tuple[int, int], QLabel] = {}
        self.hide()

    def text_at(self, row: int, column: int) -> str:
        """Return what a cell says; row and column 0 are the headings."""
        cell = self._cells.get((row, column))
        return cell.text() if cell and not cell.isHidden() else ""

    def show_answers(self, answers: Sequence[ChatMessage | None]) -> None:
        """Show the measurements of answers, one for each pane; None: it has not answered."""
        shown = [each for each in answers if each and each.stats]
        if shown != self._answers:
            self._answers = shown
            self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        for cell in self._cells.values():
            cell.hide()
        self.setVisible(len(self._answers) > 1)
        if len(self._answers) < 2:
            return
        self.setAccessibleName(QCoreApplication.translate("Comparison", "Speeds side by side"))
        names = [answer.model for answer in self._answers]
        for column, name in enumerate(names, 1):
            self._put(0, column, name, is_bold=True)
        stats = [answer.stats for answer in self._answers if answer.stats]
        for row, measure in enumerate(measures(), 1):
            values = [measure.value(each) for each in stats]
            best = measure.best(values) if measure.best and len(set(values)) > 1 else None
            self._put(row, 0, measure.title, is_bold=False)
            for column, value in enumerate(values, 1):
                text = f"{QLocale().toString(value, 'f', measure.digits)} {measure.unit}"
                self._put(row, column, text, is_bold=value == best)
                cell = self._cells[row, column]
                cell.setAccessibleName(f"{names[column - 1]}, {measure.title}: {text}")

    def _put(self, row: int, column: int, text: str, *, is_bold: bool) -> None:
        cell = self._cells.get((row, column))
        if cell is None:
            cell = self._cells[row, column] = QLabel(self)
            self._grid.addWidget(cell, row, column)
            self._grid.setColumnStretch(column, 1 if column else 0)
            cell.setObjectName("" if column else "muted")
        font = QFont(self.font())
        font.setBold(is_bold)
        cell.setFont(font)
        cell.setText(text)
        cell.show()
