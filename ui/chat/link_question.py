# SPDX-License-Identifier: Apache-2.0
"""Asks before an address that an answer names is opened: the host first, then all of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget

LONGEST = 300  # characters of the address that are shown


class LinkQuestion(QMessageBox):
    """A dialog that opens an address, copies it, or does nothing."""

    def __init__(self, url: QUrl, parent: QWidget) -> None:
        super().__init__(parent)
        self._url = url
        address = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
        shown = address if len(address) <= LONGEST else address[:LONGEST] + "…"
        # Letters of other scripts that look like Latin ones are shown as the codes they are.
        host = url.host(QUrl.ComponentFormattingOption.FullyEncoded) or url.path()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Open a link?"))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(self.tr("Open {host} outside of KTDesk?").format(host=host))
        self.setInformativeText(shown)
        self.open_button = self.addButton(self.tr("Open"), QMessageBox.ButtonRole.AcceptRole)
        self.copy_button = self.addButton(
            self.tr("Copy the address"), QMessageBox.ButtonRole.ActionRole
        )
        self.setDefaultButton(self.addButton(QMessageBox.StandardButton.Cancel))
        self.buttonClicked.connect(self._on_click)

    @Slot(QAbstractButton)
    def _on_click(self, button: QAbstractButton) -> None:
        if button is self.open_button:
            QDesktopServices.openUrl(self._url)
        elif button is self.copy_button:
            QGuiApplication.clipboard().setText(self._url.toString())
