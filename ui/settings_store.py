# SPDX-License-Identifier: Apache-2.0
"""The settings while the window is open: changed one by one, saved a moment later."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from ktdesk.errors import SettingsError
from ktdesk.settings import Settings, save_settings

SAVE_AFTER_MS = 300  # so that turning a value does not write the file for every step


class SettingsStore(QObject):
    """Holds the settings of the user.

    changed: section and name of the setting that has a new value. failed: the SettingsError when
    they cannot be saved; they hold until the program ends.
    """

    changed = Signal(str, str)
    failed = Signal(object)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self._save)

    def set(self, section: str, name: str, value: Any) -> None:
        """Give one setting a value. Raises SettingsError if it is not allowed."""
        old = getattr(self.settings, section)
        if getattr(old, name) == value:
            return
        new: Any = dataclasses.replace(old, **{name: value})
        self.settings = dataclasses.replace(self.settings, **{section: new})
        self._timer.start()
        self.changed.emit(section, name)

    def save_now(self) -> None:
        """Save what has not been saved yet."""
        if self._timer.isActive():
            self._timer.stop()
            self._save()

    def _save(self) -> None:
        try:
            save_settings(self.settings)
        except SettingsError as error:
            self.failed.emit(error)
