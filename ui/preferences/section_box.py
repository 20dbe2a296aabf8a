# SPDX-License-Identifier: Apache-2.0
"""A section of the page: a frame with a title, what is to be known of it, and its contents."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from ui.preferences.presenter import PreferencesPresenter
from ui.preferences.setting_row import SettingRow


class SectionBox(QFrame):
    """A section of settings, or of something else where there are no rows."""

    def __init__(self, rows: Sequence[SettingRow] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sectionCard")
        self.rows = rows
        self._more: QWidget | None = None
        self.title, self.note = QLabel(self), QLabel(self)
        self.title.setObjectName("heading")
        self.note.setObjectName("muted")
        self.note.setWordWrap(True)
        self.note.hide()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 12, 10, 14)
        self.column.setSpacing(12)
        for widget in (self.title, self.note, *rows):
            self.column.addWidget(widget)

    def say(self, title: str, note: str = "") -> None:
        """Say title and note in the present language."""
        self.title.setText(title)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.setAccessibleName(title)

    def add_above(self, widget: QWidget) -> None:
        """Put something else above the rows; it is found by what it says."""
        self._more = widget
        self.column.insertWidget(2, widget)

    def follow_search(self, presenter: PreferencesPresenter) -> bool:
        """Show what mode and words let be seen; return whether that is anything.

        Words that are in the title or the note find all of a section without rows.
        """
        is_shown = [row.follow_search() for row in self.rows]
        if self._more:
            is_shown.append(presenter.finds(_texts(self._more)))
            self._more.setVisible(is_shown[-1])
        is_any = any(is_shown) if is_shown else presenter.finds(_texts(self))
        self.setVisible(is_any)
        return is_any


def _texts(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel))
