# SPDX-License-Identifier: Apache-2.0
"""The little form of the downloads' speed limit and night hours."""

from __future__ import annotations

from functools import partial
from typing import get_type_hints

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ktdesk.settings import describe
from ui.settings_store import SettingsStore
from ui.widgets.setting_field import SettingField

SHOWN: tuple[tuple[str, str], ...] = ()  # sections and settings
_WIDTH = 300


class Limits(QFrame):
    """Changes settings at once; closed, it is gone."""

    def __init__(self, store: SettingsStore, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("figureEditor")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(10)
        for section, name in SHOWN:
            values = getattr(store.settings, section)
            kind = get_type_hints(type(values))[name]
            field = SettingField(describe(type(values))[name], getattr(values, name), kind)
            field.edited.connect(partial(store.set, section, name))
            column.addWidget(field)

    def open_above(self, button: QWidget) -> None:
        """Show it at a button at the foot of the window, within the screen."""
        height = self.sizeHint().height()
        corner = button.mapToGlobal(QPoint(button.width() - _WIDTH, -height))
        room = button.screen().availableGeometry()
        self.move(max(room.left(), corner.x()), max(room.top(), corner.y()))
        self.show()
        if fields := self.findChildren(SettingField):
            fields[0].setFocus(Qt.FocusReason.TabFocusReason)
