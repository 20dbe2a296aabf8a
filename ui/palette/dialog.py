# SPDX-License-Identifier: Apache-2.0
"""The palette on the screen: a field, and what fits, chosen with the arrows and Enter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ui.palette.delegate import BESIDE_ROLE, EntryDelegate
from ui.palette.presenter import Entry, EntryKind, PalettePresenter
from ui.theme import Theme

SIZE = QSize(560, 420)
_TOP = 64  # below the top of the window
_ICONS = {EntryKind.COMMAND: "command", EntryKind.CHAT: "chat", EntryKind.MODEL: "model"}
_MOVES: tuple[Qt.Key, ...] = (
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
)


class Palette(QFrame):
    """Closes when something is chosen, with Esc, or when something else gets the focus.

    A part of its window and no window itself: to those, input methods often do not reach.
    """

    def __init__(self, presenter: PalettePresenter, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("palette")
        self._presenter, self._theme, self._window = presenter, theme, window
        self._before: QWidget | None = None  # what had the focus
        self.field, self.list, self._hint = QLineEdit(self), QListWidget(self), QLabel(self)
        self.list.setObjectName("sections")
        self.list.setItemDelegate(EntryDelegate(theme, self))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the field moves it
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._hint.setObjectName("muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 10)
        for widget in (self.field, self.list, self._hint):
            column.addWidget(widget)
        self.field.textChanged.connect(presenter.type)
        self.field.returnPressed.connect(self._run)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(self._run)
        presenter.changed.connect(self._show_entries)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.field.setPlaceholderText(self.tr("What do you want to do or open?"))
        self.field.setAccessibleName(self.tr("What do you want to do or open?"))
        self.list.setAccessibleName(self.tr("What fits"))
        self._hint.setText(self.tr("Arrows choose, Enter does it, Esc closes."))
        self.setAccessibleName(self.tr("Commands"))
        if self.isVisible():
            self._presenter.gather()

    def open(self) -> None:
        """Show it over its window, with nothing typed."""
        window = self._window
        self._before = window.focusWidget()
        size = SIZE.boundedTo(window.size() - QSize(40, 40 + _TOP))
        self.resize(size)
        left = (window.width() - size.width()) // 2
        self.move(QPoint(left, _TOP))
        self.field.clear()
        self._presenter.open()
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, RUF100 - Qt's name
        """Let the arrows move the choice, and Esc close it, before the window's shortcuts."""
        if event.type() == QEvent.Type.FocusOut:
            self.hide()
        elif isinstance(event, QKeyEvent) and event.key() in (*_MOVES, Qt.Key.Key_Escape):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
            elif event.type() == QEvent.Type.KeyPress:
                self._take_key(Qt.Key(event.key()))
            return True
        return super().eventFilter(watched, event)

    def _take_key(self, key: Qt.Key) -> None:
        if key == Qt.Key.Key_Escape:
            self._close()
        else:
            self._move(key)

    def _close(self) -> None:
        before = self._before
        self.hide()
        if before:
            before.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _move(self, key: Qt.Key) -> None:
        page = max(1, self.list.height() // max(1, self.list.sizeHintForRow(0)) - 1)
        step = (-1, 1, -page, page)[_MOVES.index(key)]
        count = self.list.count()
        if count:
            at = self.list.currentRow() + step
            self.list.setCurrentRow(at % count if abs(step) == 1 else max(0, min(count - 1, at)))

    @Slot()
    def _show_entries(self) -> None:
        self.list.clear()
        for entry in self._presenter.entries():
            self.list.addItem(self._item(entry))
        self.list.setCurrentRow(0)

    def _item(self, entry: Entry) -> QListWidgetItem:
        kinds = {
            EntryKind.COMMAND: "",
            EntryKind.CHAT: self.tr("Chat"),
            EntryKind.MODEL: self.tr("Model"),
        }
        beside = " · ".join(filter(None, (kinds[entry.kind], entry.shortcut)))
        item = QListWidgetItem(entry.title)
        spoken = ", ".join(filter(None, (entry.title, beside)))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
        item.setData(BESIDE_ROLE, beside)
        item.setIcon(self._theme.icon(_ICONS[entry.kind], "muted"))
        item.setData(Qt.ItemDataRole.UserRole, entry)
        return item

    @Slot()
    def _run(self) -> None:
        item = self.list.currentItem()
        if item:
            entry: Entry = item.data(Qt.ItemDataRole.UserRole)
            self._close()
            entry.run()
