# SPDX-License-Identifier: Apache-2.0
"""One setting as a form shows it: its title, a widget that fits its type, and its help."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ktdesk.settings import Setting
from ui.widgets.lines_field import LinesField
from ui.widgets.setting_texts import setting_text
from ui.widgets.still import keep_still

_TEXTS = tuple[str, ...]


class SettingField(QWidget):
    """Emits `edited` with the value that the user gives the setting.

    names: what the choices are called where that is not to be translated; else the choices of
    the setting are shown, if it has any.
    """

    edited = Signal(object)

    def __init__(
        self, about: Setting, value: Any, kind: Any, *, names: dict[str, str] | None = None
    ) -> None:
        super().__init__()
        self._about, self._names, self._kind = about, names, kind
        self._title, self._help = QLabel(self), QLabel(self)
        self._help.setObjectName("muted")
        self._help.setWordWrap(True)
        self._input = self._make_input(kind)
        self.show_value(value)
        self._title.setBuddy(self._input)
        self.setFocusProxy(self._input)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in (self._title, self._input, self._help):
            column.addWidget(widget)
        self.retranslate()

    def show_value(self, value: Any) -> None:
        """Show the value that the setting has by now."""
        field = self._input
        blocker = QSignalBlocker(field)  # nobody has edited it
        if isinstance(field, QCheckBox):
            field.setChecked(value)
        elif isinstance(field, QComboBox):
            field.setCurrentIndex(max(0, field.findData(value)))
        elif isinstance(field, QSpinBox | QDoubleSpinBox):
            field.setValue(value)
        elif isinstance(field, LinesField):
            field.show_lines(value)
        elif isinstance(field, QLineEdit) and self._kind == _TEXTS:
            field.setText(", ".join(value))
        elif isinstance(field, QLineEdit):
            field.setText("" if value is None else str(value))
        blocker.unblock()

    def retranslate(self) -> None:
        """Say it in the present language."""
        title, text = setting_text(self._about.title), setting_text(self._about.help)
        self._title.setText(title)
        self._title.setHidden(isinstance(self._input, QCheckBox))  # which has its own
        self._help.setText("" if self._names else text)
        self._help.setHidden(bool(self._names))
        self._input.setAccessibleName(title)
        self._input.setAccessibleDescription(text)
        field = self._input
        if isinstance(field, QCheckBox):
            field.setText(title)
        elif isinstance(field, QSpinBox | QDoubleSpinBox):
            unit = setting_text(self._about.unit)
            field.setSuffix(f" {unit}" if unit else "")
        elif isinstance(field, QLineEdit) and self._kind == int | None:
            field.setPlaceholderText(self.tr("random"))
        elif isinstance(field, QComboBox):
            self._name_choices(field)

    def _make_input(self, kind: Any) -> QWidget:
        if self._names or self._about.choices:
            return self._make_choice()
        if kind is bool:
            box = QCheckBox(self)
            box.clicked.connect(self._check)
            return box
        if kind is float:
            return self._make_number(QDoubleSpinBox(self))
        if kind is int:
            return self._make_number(QSpinBox(self))
        if self._about.one_a_line:
            lines = LinesField(self)
            lines.edited.connect(self.edited.emit)
            return lines
        field = QLineEdit(self)
        edits = {str: self._edit_text, _TEXTS: self._edit_texts, int | None: self._edit_number}
        field.editingFinished.connect(edits[kind])
        return field

    def _make_number(self, field: QSpinBox | QDoubleSpinBox) -> QWidget:
        keep_still(field)
        low, high = self._about.low or 0, self._about.high or 0
        if isinstance(field, QDoubleSpinBox):
            field.setRange(low, high)
            field.setSingleStep(0.05)
        else:
            field.setRange(int(low), int(high))
        field.lineEdit().setTextMargins(6, 0, 6, 0)  # its padding in a style sheet is ignored
        field.setKeyboardTracking(False)  # a value counts when it is complete
        field.valueChanged.connect(self.edited.emit)
        return field

    def _make_choice(self) -> QComboBox:
        field = QComboBox(self)
        for choice in self._names or self._about.choices:
            field.addItem(choice, choice)
        field.activated.connect(self._choose)
        return field

    def _name_choices(self, field: QComboBox) -> None:
        for at in range(field.count()):
            choice: str = field.itemData(at)
            name = (self._names or {}).get(choice) or setting_text(choice or "system")
            field.setItemText(at, name)

    @Slot(bool)
    def _check(self, is_checked: bool) -> None:
        self.edited.emit(is_checked)

    @Slot(int)
    def _choose(self, at: int) -> None:
        if isinstance(self._input, QComboBox):
            self.edited.emit(self._input.itemData(at, Qt.ItemDataRole.UserRole))

    @Slot()
    def _edit_text(self) -> None:
        if isinstance(self._input, QLineEdit):
            self.edited.emit(self._input.text().strip())

    @Slot()
    def _edit_texts(self) -> None:
        if isinstance(self._input, QLineEdit):
            self.edited.emit(tuple(self._input.text().replace(",", " ").split()))

    @Slot()
    def _edit_number(self) -> None:
        """Take a whole number or nothing; what is neither, or not allowed, is taken back."""
        if not isinstance(self._input, QLineEdit):
            return
        text = self._input.text().strip()
        low, high = self._about.low or 0, self._about.high or 0
        if not text:
            self.edited.emit(None)
        elif text.isdecimal() and low <= int(text) <= high:
            self.edited.emit(int(text))
        else:
            self._input.clear()
            self.edited.emit(None)
