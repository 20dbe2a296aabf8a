# SPDX-License-Identifier: Apache-2.0
"""The little form of the downloads' speed limit and night hours."""

from __future__ import annotations

from functools import partial
from typing import get_type_hints

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ktdesk.settings import DownloadsSettings, describe
from ui.settings_store import SettingsStore
from ui.widgets.setting_field import SettingField

SHOWN = ("speed_limit_mbs", "only_at_night", "night_from", "night_to", "at_once", "keep_awake")
_WIDTH = 300


class Limits(QFrame):
    """Changes the settings of [downloads] at once; closed, it is gone."""

    def __init__(self, store: SettingsStore, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("figureEditor")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(_WIDTH)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(10)
        kinds, about = get_type_hints(DownloadsSettings), describe(DownloadsSettings)
        for name in SHOWN:
            value = getattr(store.settings.downloads, name)
            field = SettingField(about[name], value, kinds[name])
            field.setObjectName(f"downloads.{name}")
            field.edited.connect(partial(store.set, "downloads", name))
            column.addWidget(field)

    def open_above(self, button: QWidget) -> None:
        """Show it at a button at the foot of the window, within the screen."""
        height = self._column.totalHeightForWidth(_WIDTH)
        self.setFixedHeight(height)
        corner = button.mapToGlobal(QPoint(button.width() - _WIDTH, -height))
        room = button.screen().availableGeometry()
        self.move(max(room.left(), corner.x()), max(room.top(), corner.y()))
        self.show()
        if fields := self.findChildren(SettingField):
            fields[0].setFocus(Qt.FocusReason.TabFocusReason)
