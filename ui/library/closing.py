# SPDX-License-Identifier: Apache-2.0
"""What closing the window means while something is being fetched: going on in the tray, or ending.

Ending loses nothing: downloads go on at the next start.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QMessageBox,
    QSystemTrayIcon,
    QWidget,
)

from ui.library.download_presenter import DownloadPresenter
from ui.library.tray import Tray
from ui.settings_store import SettingsStore

GO_ON, QUIT = "go on", "quit"  # values of the setting; else it asks


class Closing(QObject):
    """Decides for a window. quit_now: ends the program, whatever is under way."""

    def __init__(
        self,
        window: QWidget,
        downloads: DownloadPresenter,
        tray: Tray,
        store: SettingsStore,
        quit_now: Callable[[], object],
        *,
        has_tray: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
    ) -> None:
        super().__init__(window)
        self._window, self._downloads, self._store = window, downloads, store
        self._quit_now, self._has_tray = quit_now, has_tray
        self.tray = tray
        self.question: QMessageBox | None = None
        tray.show_wanted.connect(self.show_window)
        tray.quit_wanted.connect(self.end)

    def may_close(self) -> bool:
        """Return whether the window may close, and the program end with it."""
        if not self._downloads.is_active:
            return True
        wanted = self._store.settings.interface.close_while_downloading
        if wanted == QUIT:
            return True
        if wanted == GO_ON:
            self.go_on()
        else:
            self._ask()
        return False

    @Slot()
    def go_on(self) -> None:
        """Leave the screen, and let downloads go on."""
        if self._has_tray():
            QApplication.setQuitOnLastWindowClosed(False)
            self.tray.show()
            self._window.hide()
        else:
            self._window.showMinimized()  # the only way back that is left

    @Slot()
    def show_window(self) -> None:
        """Come back to the screen."""
        QApplication.setQuitOnLastWindowClosed(True)
        self.tray.hide()
        self._window.showNormal()
        self._window.raise_()
        self._window.activateWindow()

    @Slot()
    def end(self) -> None:
        """End the program."""
        self.tray.hide()
        self._quit_now()

    def _ask(self) -> None:
        if self.question:
            return
        where = self.tr("Go on in the tray") if self._has_tray() else self.tr("Go on, minimised")
        box = QMessageBox(
            QMessageBox.Icon.Question,
            "KTDesk",
            self.tr("Models are being downloaded. Shall that go on?"),
            parent=self._window,
        )
        box.setInformativeText(
            self.tr("If you quit, nothing is lost: they go on when KTDesk is started again.")
        )
        remember = QCheckBox(self.tr("Always do so"), box)
        box.setCheckBox(remember)
        go_on = box.addButton(where, QMessageBox.ButtonRole.AcceptRole)
        quit_ = box.addButton(self.tr("Quit"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(go_on)

        def decide() -> None:
            self.question = None
            pressed = box.clickedButton()
            if pressed in (go_on, quit_) and remember.isChecked():
                value = GO_ON if pressed is go_on else QUIT
                self._store.set("interface", "close_while_downloading", value)
            if pressed is go_on:
                self.go_on()
            elif pressed is quit_:
                self.end()
            box.deleteLater()

        box.finished.connect(decide)
        self.question = box
        box.open()
