# SPDX-License-Identifier: Apache-2.0
"""What leaves this computer, which is nothing unasked; and the reports of crashes."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from ui.crash_reports import CrashReports
from ui.preferences.folders_box import open_folder
from ui.preferences.section_box import SectionBox


class PrivacyBox(SectionBox):
    """Reports can be looked at and deleted; nothing sends them."""

    def __init__(self, reports: CrashReports, parent: QWidget | None = None) -> None:
        super().__init__((), parent)
        self._reports = reports
        self._about, self.count = QLabel(self), QLabel(self)
        self._about.setWordWrap(True)
        self._about.setObjectName("muted")
        self.open, self.delete = QPushButton(self), QPushButton(self)
        self.open.clicked.connect(self._open)
        self.delete.clicked.connect(self._delete)
        row = QHBoxLayout()
        row.addWidget(self.count, 1)
        row.addWidget(self.open)
        row.addWidget(self.delete)
        self.column.addLayout(row)
        self.column.addWidget(self._about)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.say(
            self.tr("Privacy"),
            self.tr(
                "Chats, settings and models stay on this computer. KTDesk sends nothing about "
                "you or it, to nobody: there is no telemetry. It goes to the network only when you "
                "look for models, fetch one, start the server, or let it look for updates."
            ),
        )
        self._about.setText(
            self.tr(
                "When KTDesk fails, it writes a report: its version, the system, and where in "
                "its own source it was. What you asked is not in it. Nothing sends it."
            )
        )
        self.open.setText(self.tr("Open the folder of reports"))
        self.delete.setText(self.tr("Delete all reports"))
        self._follow()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Count them anew."""
        super().showEvent(event)
        self._follow()

    def _follow(self) -> None:
        count = len(self._reports.found())
        self.count.setText(self.tr("Reports of crashes: {count}").format(count=count))
        self.delete.setEnabled(count > 0)

    @Slot()
    def _open(self) -> None:
        open_folder(self._reports.folder)

    @Slot()
    def _delete(self) -> None:
        self._reports.delete_all()
        self._follow()
