# SPDX-License-Identifier: Apache-2.0
"""A section of the page: a frame with rows of name, value, bar, and a pencil for figures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from ui.hardware.rows import Row
from ui.hardware.sections import Section
from ui.theme import Theme
from ui.widgets.icon_button import IconButton

_PENCIL = QSize(16, 16)
_LABEL_WIDTH = 112  # at least, so that values stand below one another across sections
_FULL = 1000  # of a bar
_TOP = Qt.AlignmentFlag.AlignTop


class SectionCard(QFrame):
    """Shows a section, and the next one with the same kinds of rows in the same widgets.

    edit_wanted: the setting whose pencil was pressed, and the pencil.
    """

    edit_wanted = Signal(str, QWidget)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sectionCard")
        self._theme = theme
        self._shape: list[tuple[str, str, bool]] = []
        self._rows: list[_RowWidgets] = []
        self._title = QLabel(self)
        self._title.setObjectName("heading")
        self._body = QWidget(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 12, 10, 14)
        self._column.addWidget(self._title)
        self._column.addWidget(self._body)

    def show_section(self, section: Section) -> None:
        """Show title and rows."""
        self._title.setText(section.title)
        self.setAccessibleName(section.title)
        shape = [(row.label, row.setting, row.share is not None) for row in section.rows]
        if shape != self._shape:
            self._shape = shape
            self._build(section)
        for widgets, row in zip(self._rows, section.rows, strict=True):
            widgets.show_row(row)

    def _build(self, section: Section) -> None:
        fresh = QWidget(self)
        self._column.replaceWidget(self._body, fresh)
        self._body.deleteLater()
        self._body.hide()
        self._body = fresh
        grid = QGridLayout(fresh)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, _LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        self._rows = [_RowWidgets(grid, row, self._theme) for row in section.rows]
        for widgets, row in zip(self._rows, section.rows, strict=True):
            if widgets.pencil:
                widgets.pencil.clicked.connect(
                    partial(self.edit_wanted.emit, row.setting, widgets.pencil)
                )


class SectionCards(QWidget):
    """Sections below one another; a signal as that of each."""

    edit_wanted = Signal(str, QWidget)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._cards: list[SectionCard] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(12)

    def show_sections(self, sections: Sequence[Section]) -> None:
        """Show them; there may be more or fewer than before."""
        while len(self._cards) < len(sections):
            card = SectionCard(self._theme, self)
            card.edit_wanted.connect(self.edit_wanted)
            self._column.addWidget(card)
            self._cards.append(card)
        for card in self._cards[len(sections) :]:
            card.hide()
            card.deleteLater()
        del self._cards[len(sections) :]
        for card, section in zip(self._cards, sections, strict=True):
            card.show_section(section)


class _RowWidgets:
    """What shows one row in the next rows of a grid."""

    def __init__(self, grid: QGridLayout, row: Row, theme: Theme) -> None:
        at = grid.rowCount()
        self._label, self._text = QLabel(), QLabel()
        self._label.setObjectName("muted")
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if row.label:
            grid.addWidget(self._label, at, 0, _TOP)
        grid.addWidget(self._text, at, 1 if row.label else 0, 1, 1 if row.label else 2, _TOP)
        self.pencil: IconButton | None = None
        if row.setting:
            self.pencil = IconButton(theme, "edit", colour="muted")
            self.pencil.setObjectName("pencil")
            self.pencil.setIconSize(_PENCIL)
            grid.addWidget(self.pencil, at, 2, _TOP)
        self._bar: QProgressBar | None = None
        if row.share is not None:
            self._bar = QProgressBar()
            self._bar.setRange(0, _FULL)
            self._bar.setTextVisible(False)
            grid.addWidget(self._bar, at + 1, 1)

    def show_row(self, row: Row) -> None:
        """Show the row's values."""
        self._label.setText(row.label)
        self._text.setText(row.text)
        self._text.setObjectName("muted" if row.is_faint else "")
        if self._bar:
            self._bar.setValue(round((row.share or 0) * _FULL))
            self._bar.setAccessibleName(f"{row.label}: {row.text}")
        if self.pencil:
            about = QCoreApplication.translate("Hardware", "Your own figure: {name}")
            self.pencil.show_colour("accent" if row.is_own else "muted")
            self.pencil.describe(about.format(name=row.label))
