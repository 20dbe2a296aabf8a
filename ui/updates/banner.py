# SPDX-License-Identifier: Apache-2.0
"""A quiet line below the toolbar: the question, or what looking for a newer version has brought."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from ktdesk import __version__
from ui.chat.link_question import LinkQuestion
from ui.theme import Theme
from ui.updates.presenter import Shown, UpdatePresenter
from ui.widgets.icon_button import IconButton


class UpdateBanner(QFrame):
    """Hidden while there is nothing to say. No address is opened without a question."""

    def __init__(self, updates: UpdatePresenter, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("updateBanner")
        self._updates = updates
        self.text = QLabel(self)
        self.text.setWordWrap(True)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.yes, self.no, self.notes, self.page = (QPushButton(self) for _ in range(4))
        self.dismiss = IconButton(theme, "close", self)
        self.yes.clicked.connect(lambda: updates.answer(True))
        self.no.clicked.connect(lambda: updates.answer(False))
        self.notes.clicked.connect(self._open_notes)
        self.page.clicked.connect(self._open_page)
        self.dismiss.clicked.connect(updates.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 8, 6)
        row.addWidget(self.text, 1)
        for button in (self.yes, self.no, self.notes, self.page, self.dismiss):
            row.addWidget(button)
        updates.changed.connect(self.retranslate)
        self.retranslate()

    @Slot()
    def retranslate(self) -> None:
        """Say it in the present language, and as things stand."""
        shown = self._updates.shown
        self.yes.setText(self.tr("Yes"))
        self.no.setText(self.tr("No"))
        self.notes.setText(self.tr("What is new"))
        self.page.setText(self.tr("Download page"))
        self.dismiss.describe(self.tr("Dismiss"))
        self.text.setText(self._words())
        self.setAccessibleName(self.text.text())
        for button in (self.yes, self.no):
            button.setVisible(shown is Shown.QUESTION)
        for button in (self.notes, self.page):
            button.setVisible(shown is Shown.NEWER)
        self.dismiss.setVisible(shown not in (Shown.QUESTION, Shown.LOOKING))
        self.setVisible(shown is not Shown.NOTHING)

    def _words(self) -> str:
        release, error = self._updates.release, self._updates.error
        match self._updates.shown:
            case Shown.QUESTION:
                return self.tr(
                    "May KTDesk look for a newer version when it starts, at most once a day? It "
                    "tells nothing but its own version, and downloads nothing."
                )
            case Shown.LOOKING:
                return self.tr("Looking for a newer version…")
            case Shown.NEWEST:
                text = self.tr("There is no newer version than this KTDesk {version}.")
                return text.format(version=__version__)
            case Shown.NEWER if release:
                text = self.tr("KTDesk {new} of {date} is there. This is KTDesk {old}.")
                return text.format(new=release.version, date=release.date, old=__version__)
            case Shown.ERROR if error:
                return f"{error} {error.hint}"
            case _:
                return ""

    @Slot()
    def _open_notes(self) -> None:
        if release := self._updates.release:
            LinkQuestion(QUrl(release.notes), self).open()

    @Slot()
    def _open_page(self) -> None:
        if release := self._updates.release:
            LinkQuestion(QUrl(release.page), self).open()
