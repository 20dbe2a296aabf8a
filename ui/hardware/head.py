# SPDX-License-Identifier: Apache-2.0
"""The head of the page: what was measured and when, the buttons, and a measurement's progress."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ktdesk.hardware.report import report
from ui.hardware.machine_texts import say
from ui.hardware.presenter import HardwarePresenter
from ui.theme import scaled

_FULL = 1000  # of the bar


class Head(QWidget):
    """Title, buttons, progress."""

    def __init__(self, presenter: HardwarePresenter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._stage = ""
        self._title, self._about, self._now = QLabel(self), QLabel(self), QLabel(self)
        self._title.setObjectName("heading")
        self._title.setFont(scaled(self.font(), 1.4))
        self._about.setObjectName("muted")
        self._about.setWordWrap(True)
        self.measure, self.cancel, self.copy, self.look = (QPushButton(self) for _ in range(4))
        self.measure.setProperty("primary", True)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, _FULL)
        self._bar.setTextVisible(False)
        self._lay_out()
        self.measure.clicked.connect(self._measure)
        self.cancel.clicked.connect(presenter.cancel)
        self.look.clicked.connect(presenter.look)
        self.copy.clicked.connect(self._copy)
        presenter.changed.connect(self.retranslate)
        presenter.progress.connect(self._show_progress)
        self.retranslate()

    @Slot()
    def retranslate(self) -> None:
        """Say it in the present language, and as things stand."""
        is_busy = self._presenter.is_measuring
        self._title.setText(self.tr("This computer"))
        self._about.setText(self._explanation())
        self.measure.setText(self.tr("Measure speeds"))
        self.copy.setText(self.tr("Copy report"))
        self.look.setText(self.tr("Look again"))
        self.cancel.setText(self.tr("Cancel"))
        self.measure.setEnabled(not is_busy)
        self.cancel.setEnabled(not self._presenter.is_stopping)
        self._now.setText(say(self._stage))
        if self._presenter.is_stopping:
            self._now.setText(self.tr("Stopping after this step…"))
        self._bar.setAccessibleName(self.tr("Progress"))
        for widget in (self._bar, self._now, self.cancel):
            widget.setVisible(is_busy)

    def _explanation(self) -> str:
        machine = self._presenter.machine
        if not machine:
            return self.tr("Looking at the computer…")
        if not machine.measured.measured_at:
            text = self.tr("Measuring takes some seconds; close other programs before.")
            return f"{say(machine.measured_problem)} {text}"
        text = self.tr("Speeds measured on {when} by KTDesk {version}.")
        day, _, time = machine.measured.measured_at.partition(" ")
        return text.format(when=f"{day} {time[:5]}", version=machine.measured.version)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        for button in (self.measure, self.copy, self.look):
            buttons.addWidget(button)
        buttons.addStretch()
        progress = QHBoxLayout()
        progress.setSpacing(12)
        progress.addWidget(self._bar, 1)
        progress.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._title)
        column.addWidget(self._about)
        column.addLayout(buttons)
        column.addWidget(self._now)
        column.addLayout(progress)

    @Slot()
    def _measure(self) -> None:
        self._presenter.measure()
        self.cancel.setFocus()  # the button that was pressed is disabled now

    @Slot(str, float)
    def _show_progress(self, stage: str, fraction: float) -> None:
        self._stage = stage
        self._bar.setValue(round(fraction * _FULL))
        self.retranslate()

    @Slot()
    def _copy(self) -> None:
        if machine := self._presenter.machine:
            QGuiApplication.clipboard().setText(report(machine))
            self.copy.setText(self.tr("Copied"))
