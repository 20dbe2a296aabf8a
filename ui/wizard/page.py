# SPDX-License-Identifier: Apache-2.0
"""The page of the first steps: one at a time, with the way back, on and out below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ui.chat.conversation_view import in_column
from ui.theme import Theme, scaled
from ui.widgets.banner import ErrorBanner
from ui.wizard.first_step import FirstStep
from ui.wizard.folders_step import FoldersStep
from ui.wizard.machine_step import MachineStep
from ui.wizard.models_step import ModelsStep
from ui.wizard.parts import label
from ui.wizard.presenter import WizardPresenter

Step = MachineStep | ModelsStep | FoldersStep | FirstStep


class WizardPage(QWidget):
    """Covers the window until the steps are finished or skipped. step: which is shown, from 0."""

    def __init__(self, wizard: WizardPresenter, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._wizard = wizard
        self.banner = ErrorBanner(theme, self)
        self._where, self._title, self._intro = label("", "muted"), label("", "heading"), label()
        self._title.setFont(scaled(self.font(), 1.7))
        kinds = (MachineStep, ModelsStep, FoldersStep, FirstStep)
        self._steps: list[Step] = [kind(wizard, self) for kind in kinds]
        self.step = 0
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.skip, self.back, self.next = (QPushButton(self) for _ in range(3))
        self.skip.clicked.connect(wizard.skip)
        self.back.clicked.connect(self._go_back)
        self.next.clicked.connect(self._go_on)
        self.next.setProperty("primary", True)
        self._lay_out()
        wizard.changed.connect(self._refresh)
        wizard.failed.connect(self.banner.show_error)
        self._show(0)

    def retranslate(self) -> None:
        """Say it in the present language."""
        step = self._steps[self.step]
        where = self.tr("Step {number} of {count}")
        self._where.setText(where.format(number=self.step + 1, count=len(self._steps)))
        self._title.setText(step.title())
        self._intro.setText(step.intro())
        is_last = self.step == len(self._steps) - 1
        self.skip.setText(self.tr("Skip all"))
        self.back.setText(self.tr("Back"))
        self.back.setVisible(self.step > 0)
        self.next.setText(self.tr("Start chatting") if is_last else self.tr("Next"))
        self._refresh()

    def _lay_out(self) -> None:
        inside, feet = QWidget(self), QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 28, 0, 16)
        column.setSpacing(6)
        for widget in (self._where, self._title, self._intro):
            column.addWidget(widget)
        column.addSpacing(8)
        for step in self._steps:
            column.addWidget(step)
        column.addStretch()
        row = QHBoxLayout(feet)
        row.setContentsMargins(0, 12, 0, 12)
        row.addWidget(self.skip)
        row.addStretch()
        row.addWidget(self.back)
        row.addWidget(self.next)
        foot = QFrame(self)
        foot.setObjectName("wizardFoot")
        foot.setLayout(in_column(feet))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._area, 1)
        whole.addLayout(in_column(self.banner))
        whole.addWidget(foot)
        column_of_page = QWidget()
        column_of_page.setLayout(in_column(inside))
        self._area.setWidget(column_of_page)

    def _show(self, step: int) -> None:
        self.step = step
        for nth, each in enumerate(self._steps):
            each.setVisible(nth == step)
        self.retranslate()
        self._area.verticalScrollBar().setValue(0)
        self.next.setFocus()

    @Slot()
    def _refresh(self) -> None:
        self._steps[self.step].refresh()

    @Slot()
    def _go_back(self) -> None:
        self._show(self.step - 1)

    @Slot()
    def _go_on(self) -> None:
        if self.step + 1 < len(self._steps):
            self._show(self.step + 1)
        else:
            self._wizard.finish()
