# SPDX-License-Identifier: Apache-2.0
"""The first step: what is in this machine, and how fast it is."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ui.wizard.machine_words import Fact, facts, speeds
from ui.wizard.parts import SPACING, Card, Column, label
from ui.wizard.presenter import WizardPresenter


class MachineStep(QWidget):
    """Facts in plain words, what to mend, and a button that measures."""

    def __init__(self, wizard: WizardPresenter, parent: QWidget) -> None:
        super().__init__(parent)
        self._wizard = wizard
        self._facts = Column(self)
        self._measure, self._stop = QPushButton(self), QPushButton(self)
        self._measure.clicked.connect(wizard.measure)
        self._stop.clicked.connect(wizard.stop_measuring)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._speeds = label("", "muted")
        row = QHBoxLayout()
        row.addWidget(self._measure)
        row.addWidget(self._stop)
        row.addWidget(self._bar, 1)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addWidget(self._facts)
        column.addWidget(self._speeds)
        column.addLayout(row)
        column.addStretch()
        wizard.progress.connect(self._show_progress)

    def title(self) -> str:
        """Return the heading."""
        return self.tr("Your machine")

    def intro(self) -> str:
        """Return what the step is about."""
        return self.tr("This is what KTDesk found.")

    def refresh(self) -> None:
        """Say it in the present language, and as things stand."""
        machine, is_measuring = self._wizard.machine, self._wizard.is_measuring
        if machine:
            self._facts.fill(*map(_card, facts(machine)))
        else:
            self._facts.fill(label(self.tr("Looking…"), "muted"))
        found = speeds(machine) if machine else ""
        hint = self.tr("Measuring makes the estimates that follow better.")
        self._speeds.setText(found or hint)
        again = self.tr("Measure again (about 10 s)")
        self._measure.setText(again if found else self.tr("Measure (about 10 s)"))
        self._measure.setVisible(not is_measuring)
        self._measure.setEnabled(machine is not None)
        self._stop.setText(self.tr("Do without"))
        self._stop.setVisible(is_measuring)
        self._bar.setVisible(is_measuring)
        self._bar.setAccessibleName(self.tr("Progress of the measurements"))
        if not is_measuring:
            self._bar.setValue(0)

    @Slot(float)
    def _show_progress(self, fraction: float) -> None:
        self._bar.setValue(round(fraction * 1000))


def _card(fact: Fact) -> Card:
    name = "notice" if fact.is_notice else "card"
    return Card(label(fact.title, "heading"), fact.text, name=name)
