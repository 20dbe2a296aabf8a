# SPDX-License-Identifier: Apache-2.0
"""The little form below a pencil: the user's own figure, or what was found."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from ktdesk.settings import HardwareSettings, describe
from ui.settings_store import SettingsStore
from ui.widgets.setting_field import SettingField

_WIDTH = 260


class FigureEditor(QFrame):
    """Changes one setting of [hardware]; closed, it is gone."""

    def __init__(self, store: SettingsStore, name: str, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("figureEditor")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(_WIDTH)
        self._store, self._name = store, name
        value: int = getattr(store.settings.hardware, name)
        self._field = field = SettingField(describe(HardwareSettings)[name], value, int)
        field.edited.connect(self._take)
        self._as_found = QPushButton(self.tr("As found"), self)
        self._as_found.setEnabled(bool(value))
        self._as_found.clicked.connect(self._reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(10)
        column.addWidget(field)
        column.addWidget(self._as_found, 0, Qt.AlignmentFlag.AlignLeft)

    def open_below(self, pencil: QWidget) -> None:
        """Show it at a pencil, within the screen, with the figure ready to be typed over."""
        corner = pencil.mapToGlobal(QPoint(pencil.width() - _WIDTH, pencil.height()))
        room = pencil.screen().availableGeometry()
        below = min(corner.y(), room.bottom() - self.sizeHint().height())
        self.move(max(room.left(), corner.x()), max(room.top(), below))
        self.show()
        self._field.setFocus(Qt.FocusReason.TabFocusReason)  # which selects the figure

    @Slot(object)
    def _take(self, value: int) -> None:
        self._store.set("hardware", self._name, value)
        self._as_found.setEnabled(bool(value))

    @Slot()
    def _reset(self) -> None:
        self._store.set("hardware", self._name, 0)
        self.close()
