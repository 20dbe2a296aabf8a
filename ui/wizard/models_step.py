# SPDX-License-Identifier: Apache-2.0
"""The second step: published models, how well they fit, how fast they are, what would help."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ktdesk.errors import format_bytes
from ui.widgets.fits import fit_text
from ui.wizard.parts import SPACING, Card, Column, label
from ui.wizard.presenter import WizardPresenter
from ui.wizard.survey import READING_TOKENS_PER_S, Prospect, near_suggestion, suggestion

_FAST, _SLOW = 3 * READING_TOKENS_PER_S, 0.3 * READING_TOKENS_PER_S


class ModelsStep(QWidget):
    """A card for the model that is good here and its neighbours in size, and for all if asked."""

    def __init__(self, wizard: WizardPresenter, parent: QWidget) -> None:
        super().__init__(parent)
        self._wizard = wizard
        self._cards, self._shows_all = Column(self), False
        self._all = QPushButton(self)
        self._all.clicked.connect(self._show_all)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addWidget(self._cards)
        column.addWidget(self._all, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch()

    def title(self) -> str:
        """Return the heading."""
        return self.tr("What it can run")

    def intro(self) -> str:
        """Return what the step is about."""
        return self.tr("These are estimates. A token is about three quarters of a word.")

    def refresh(self) -> None:
        """Say it in the present language, and as things stand."""
        prospects = self._wizard.prospects
        self._all.setVisible(prospects is not None and not self._shows_all)
        if prospects is None:
            self._cards.fill(label(self.tr("Calculating…"), "muted"))
            return
        self._all.setText(self.tr("Show all {count} models").format(count=len(prospects)))
        cards = map(self._card, prospects if self._shows_all else near_suggestion(prospects))
        self._cards.fill(label(self._advice(prospects), "heading"), *cards)

    @Slot()
    def _show_all(self) -> None:
        self._shows_all = True
        self.refresh()

    def _advice(self, prospects: list[Prospect]) -> str:
        """Return what to take of all that."""
        if good := suggestion(prospects):
            text = self.tr("Good here: {name}, the largest that answers as fast as one reads.")
            return text.format(name=good.name)
        return self.tr("All are large for this computer: “Discover” has smaller ones.")

    def _card(self, prospect: Prospect) -> Card:
        size = self.tr("{billions} billion parameters · {size}").format(
            billions=f"{prospect.weights / 1e9:.0f}",
            hundred_millions=f"{prospect.weights / 1e8:.0f}",
            size=format_bytes(prospect.size_bytes),
        )
        head = _head(prospect.name, fit_text(prospect.fit), prospect.fit)
        card = Card(head, size, self._help(prospect))
        if prospect.fit != "will_not_run":
            card.column.insertWidget(2, label(self._speed(prospect)))
        return card

    def _speed(self, prospect: Prospect) -> str:
        if prospect.high < 1:
            few, many = _number(1 / prospect.high), _number(1 / prospect.low)
            text = self.tr("{few} to {many} seconds per token: only for the patient")
            return text.format(few=few, many=many)
        low, high = _number(prospect.low), _number(prospect.high)
        text = self.tr("{low} to {high} tokens per second: {pace}")
        return text.format(low=low, high=high, pace=self._pace(prospect))

    def _pace(self, prospect: Prospect) -> str:
        middle = prospect.middle
        if middle >= _FAST:
            return self.tr("faster than one reads")
        if middle >= READING_TOKENS_PER_S:
            return self.tr("about as fast as one reads")
        if middle >= _SLOW:
            return self.tr("slower than one reads")
        return self.tr("only for the patient")

    def _help(self, prospect: Prospect) -> str:
        if prospect.fit == "tight":
            return self.tr("Close other programs before loading it.")
        if not prospect.missing_bytes:
            return ""
        missing = format_bytes(prospect.missing_bytes)
        if not prospect.smaller:
            text = self.tr("{missing} of memory are missing.")
            return text.format(missing=missing)
        text = self.tr("{missing} of memory are missing. A file in {smaller} saves {saved}.")
        saved = format_bytes(prospect.saved_bytes)
        return text.format(missing=missing, smaller=prospect.smaller, saved=saved)


def _head(name: str, verdict: str, fit: str) -> QWidget:
    """Return a model's name, with the verdict at the right. fit: what the look follows."""
    head, said = QWidget(), QLabel(verdict)
    said.setObjectName("fit")
    said.setProperty("fit", fit)
    row = QHBoxLayout(head)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(label(name, "heading"), 1)
    row.addWidget(said)
    return head


def _number(tokens_per_s: float) -> str:
    return f"{tokens_per_s:.0f}" if tokens_per_s >= 10 else f"{tokens_per_s:.2g}"
