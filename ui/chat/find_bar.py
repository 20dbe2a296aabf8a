# SPDX-License-Identifier: Apache-2.0
"""A bar over the conversation: what to find in it, how often it is there, and where next."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QWidget

from ui.chat.find_presenter import FindPresenter
from ui.theme import Theme
from ui.widgets.icon_button import IconButton


class FindBar(QFrame):
    """Hidden until it is opened. edited: the words have changed. closed: it is hidden again."""

    edited = Signal(str)
    closed = Signal()

    def __init__(self, find: FindPresenter, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("undoBar")
        self._find = find
        self.field, self.count = QLineEdit(self), QLabel(self)
        self.count.setObjectName("muted")
        self.previous = IconButton(theme, "up", self)
        self.next = IconButton(theme, "down", self)
        self.close_button = IconButton(theme, "close", self)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 6, 6)
        row.addWidget(self.field, 1)
        for widget in (self.count, self.previous, self.next, self.close_button):
            row.addWidget(widget)
        self.field.textEdited.connect(self.edited)
        self.field.installEventFilter(self)
        self.previous.clicked.connect(lambda: find.step(-1))
        self.next.clicked.connect(lambda: find.step(1))
        self.close_button.clicked.connect(self.end)
        find.changed.connect(self._follow)
        self.retranslate()
        self.hide()

    def open(self) -> None:
        """Show it, to be written in; what was sought before is sought again."""
        was_hidden = self.isHidden()
        self.show()
        self.field.setFocus()
        self.field.selectAll()
        if was_hidden and self.field.text():
            self.edited.emit(self.field.text())

    @Slot()
    def end(self) -> None:
        """Hide it; nothing is marked any more."""
        self.hide()
        self._find.find("", 0)
        self.closed.emit()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.field.setPlaceholderText(self.tr("Find in this chat"))
        self.field.setAccessibleName(self.tr("Find in this chat"))
        self.previous.describe(self.tr("The one before (Shift+F3)"))
        self.next.describe(self.tr("The next one (F3)"))
        self.close_button.describe(self.tr("Close"))
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, RUF100 - Qt's
        """Step on Enter, close on Esc, before these keys mean anything else."""
        if isinstance(event, QKeyEvent) and event.key() in (
            Qt.Key.Key_Escape,
            Qt.Key.Key_Return,
            Qt.Key.Key_Enter,
        ):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
            elif event.type() == QEvent.Type.KeyPress:
                self._press(event)
            return True
        return super().eventFilter(watched, event)

    def _press(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.end()
        else:
            is_back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._find.step(-1 if is_back else 1)

    @Slot()
    def _follow(self) -> None:
        find = self._find
        if not find.words or (find.is_searching and not find.count):
            text = ""
        elif find.count:
            text = self.tr("{number} of {count}").format(number=find.number, count=find.count)
        else:
            text = self.tr("Not found")
        self.count.setText(text)
        self.field.setAccessibleDescription(text)
        for button in (self.previous, self.next):
            button.setEnabled(find.count > 0)
