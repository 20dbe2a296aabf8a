# SPDX-License-Identifier: Apache-2.0
"""KTDesk in the tray: how downloads go, the way back to the window, and the way out."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from ktdesk.library.downloads.item import Item
from ui.library.download_presenter import DownloadPresenter
from ui.library.download_words import total_text
from ui.theme import application_icon


class Tray(QObject):
    """Visible while the window is hidden. show_wanted: the window. quit_wanted: the end of all."""

    show_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, downloads: DownloadPresenter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._downloads = downloads
        self._icon = QSystemTrayIcon(application_icon(), self)
        self.menu = QMenu()
        self.progress, self.open, self.all, self.quit = (QAction(self) for _ in range(4))
        self.progress.setEnabled(False)
        self.menu.addAction(self.progress)
        self.menu.addSeparator()
        self.menu.addActions([self.open, self.all, self.quit])
        self._icon.setContextMenu(self.menu)
        self._icon.activated.connect(self._take_click)
        self.open.triggered.connect(self.show_wanted)
        self.all.triggered.connect(self._pause_or_resume)
        self.quit.triggered.connect(self.quit_wanted)
        downloads.changed.connect(self._follow)
        downloads.finished.connect(self._tell)
        self.retranslate()

    @property
    def is_visible(self) -> bool:
        """Whether there is something to click at."""
        return self._icon.isVisible()

    def show(self) -> None:
        """Stand in the tray."""
        self.retranslate()
        self._icon.show()

    def hide(self) -> None:
        """Leave the tray."""
        self._icon.hide()

    def retranslate(self) -> None:
        """Say it in the present language, and as things stand."""
        text = total_text(self._downloads.snapshot)
        self.progress.setText(text)
        self._icon.setToolTip(f"KTDesk\n{text}")
        self.open.setText(self.tr("Show the window"))
        is_active = self._downloads.is_active
        self.all.setText(self.tr("Pause all downloads") if is_active else self.tr("Go on with all"))
        self.quit.setText(self.tr("Quit"))

    @Slot()
    def _follow(self) -> None:
        if self.is_visible:
            self.retranslate()

    @Slot(object)
    def _tell(self, item: Item) -> None:
        if self.is_visible:
            text = self.tr("{name} is complete.").format(name=item.order.title)
            self._icon.showMessage("KTDesk", text, application_icon())

    @Slot(QSystemTrayIcon.ActivationReason)
    def _take_click(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        reasons = QSystemTrayIcon.ActivationReason
        if reason in (reasons.Trigger, reasons.DoubleClick):
            self.show_wanted.emit()

    @Slot()
    def _pause_or_resume(self) -> None:
        if self._downloads.is_active:
            self._downloads.pause_all()
        else:
            self._downloads.resume_all()
