# SPDX-License-Identifier: Apache-2.0
"""The page of the machine: head, what keeps it from its best, and its parts in two columns."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from ktdesk.hardware.verdicts import judge
from ui.hardware.figure_editor import FigureEditor
from ui.hardware.findings import Findings
from ui.hardware.head import Head
from ui.hardware.presenter import HardwarePresenter
from ui.hardware.section_card import SectionCards
from ui.hardware.sections import left_sections, right_sections
from ui.settings_store import SettingsStore
from ui.theme import Theme
from ui.widgets.banner import ErrorBanner
from ui.widgets.column_page import ColumnPage


class HardwarePage(ColumnPage):
    """Looks at the machine when it is shown first, and follows it while it is visible."""

    def __init__(
        self,
        presenter: HardwarePresenter,
        store: SettingsStore,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._presenter, self._store, self._theme = presenter, store, theme
        self.banner = ErrorBanner(theme, self)
        self.head = Head(presenter, self)
        self.findings = Findings(theme, self)
        self._left, self._right = SectionCards(theme, self), SectionCards(theme, self)
        for cards in (self._left, self._right):
            cards.edit_wanted.connect(self._edit)
            self.columns.addWidget(cards, 1, Qt.AlignmentFlag.AlignTop)
        self.fill(self.head, self.banner, self.findings)
        presenter.changed.connect(self.retranslate)
        presenter.failed.connect(self.banner.show_error)
        self.retranslate()
        presenter.look()

    def retranslate(self) -> None:
        """Say it in the present language, and as things stand."""
        machine = self._presenter.machine
        self.findings.setVisible(machine is not None)
        if machine:
            self.findings.show_verdicts(judge(machine))
            self._left.show_sections(left_sections(machine, self._presenter.load))
            self._right.show_sections(right_sections(machine))

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Follow the live figures."""
        super().showEvent(event)
        self._presenter.watch(True)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Leave the machine alone."""
        super().hideEvent(event)
        self._presenter.watch(False)

    @Slot(str, QWidget)
    def _edit(self, name: str, pencil: QWidget) -> None:
        FigureEditor(self._store, name, self).open_below(pencil)
