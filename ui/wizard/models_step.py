# SPDX-License-Identifier: Apache-2.0
"""The second step: published models, how well they fit, how fast they are, what would help."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ktdesk.errors import format_bytes
from ui.widgets.fits import fit_text
from ui.wizard.parts import Card, Column, label
from ui.wizard.presenter import WizardPresenter
from ui.wizard.survey import READING_TOKENS_PER_S, Prospect, suggestion

_FAST, _SLOW = 3 * READING_TOKENS_PER_S, 0.3 * READING_TOKENS_PER_S


class ModelsStep(QWidget):
    """A card for each model."""

    def __init__(self, wizard: WizardPresenter, parent: QWidget) -> None:
        super().__init__(parent)
        self._wizard = wizard
        self._cards = Column(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._cards)
        column.addStretch()

    def title(self) -> str:
        """Return the heading."""
        return self.tr("What it can run")

    def intro(self) -> str:
        """Return what the step is about."""
        return self.tr(
            "Well-known models, and what to expect of them here. A token is about three quarters "
            "of a word. These are estimates: nothing is forbidden."
        )

    def refresh(self) -> None:
        """Say it in the present language, and as things stand."""
        if self._wizard.prospects is None:
            self._cards.fill(label(self.tr("Calculating…"), "muted"))
        else:
            cards = map(self._card, self._wizard.prospects)
            self._cards.fill(label(self._advice(self._wizard.prospects), "heading"), *cards)

    def _advice(self, prospects: list[Prospect]) -> str:
        """Return what to take of all that."""
        if good := suggestion(prospects):
            text = self.tr("Good here: {name}, the largest that answers as fast as one reads.")
            return text.format(name=good.name)
        return self.tr("These are large for this computer. The page “Discover” has smaller ones.")

    def _card(self, prospect: Prospect) -> Card:
        size = self.tr("{billions} billion parameters · {size} as {quantization}").format(
            billions=f"{prospect.weights / 1e9:.0f}",
            hundred_millions=f"{prospect.weights / 1e8:.0f}",
            size=format_bytes(prospect.size_bytes),
            quantization=prospect.quantization,
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
            text = self.tr("{missing} of memory are missing: more memory would help.")
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
