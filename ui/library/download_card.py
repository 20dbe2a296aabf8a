# SPDX-License-Identifier: Apache-2.0
"""One download: name, state, progress, what can be done about it, and its files on demand."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ktdesk.library.downloads.item import UNDER_WAY, Item, State
from ktdesk.library.fetch.order import Order
from ui.library.download_words import amounts_text, reason_text, state_text
from ui.library.file_list import FileList
from ui.theme import Theme
from ui.widgets.icon_button import IconButton

_FULL = 1000  # of the bar
_FILES = 6  # that are seen at once, at most
_ICON = QSize(16, 16)


class DownloadCard(QFrame):
    """Shows an Item, and the next one in the same widgets.

    Signals: what the user wants of the order with this id.
    """

    pause_wanted = Signal(str)
    resume_wanted = Signal(str)
    remove_wanted = Signal(str)
    move_wanted = Signal(str, int)
    source_wanted = Signal(str, str)

    def __init__(
        self,
        item: Item,
        sources: Callable[[Order], list[tuple[str, str]]],
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._sources = sources
        self.setObjectName("downloadCard")
        self.item = item
        self._name, self._state, self._amounts, self._reason = (QLabel(self) for _ in range(4))
        self._name.setObjectName("heading")
        self._amounts.setObjectName("muted")
        self._reason.setObjectName("ruleError")
        self._reason.setWordWrap(True)
        for label in (self._name, self._reason):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self._bar = QProgressBar(self)
        self._bar.setRange(0, _FULL)
        self._bar.setTextVisible(False)
        self.go, self.earlier, self.later, self.files_button, self.remove = (
            self._button(theme, icon) for icon in ("pause", "up", "down", "right", "remove")
        )
        self.source = QPushButton(self)
        self.source.setMenu(QMenu(self.source))
        self._files, self._list = QTableView(self), FileList(self)
        self._set_up_files()
        self._connect()
        self._lay_out()
        self.retranslate()

    def show_item(self, item: Item) -> None:
        """Show how the order stands now."""
        if item != self.item:
            self.item = item
            self._refresh()

    def show_place(self, *, is_first: bool, is_last: bool) -> None:
        """Offer to move it where there is somewhere to move to."""
        self.earlier.setEnabled(not is_first)
        self.later.setEnabled(not is_last)

    def retranslate(self) -> None:
        """Say it in the present language."""
        name = self.item.order.title
        self.earlier.describe(self.tr("Earlier: {name}").format(name=name))
        self.later.describe(self.tr("Later: {name}").format(name=name))
        self.files_button.describe(self.tr("Files of {name}").format(name=name))
        self._files.setAccessibleName(self.tr("Files of {name}").format(name=name))
        self.remove.describe(self.tr("Remove {name}").format(name=name))
        self.source.setText(self.tr("Another source"))
        self._list.retranslate()
        self._refresh()

    def _refresh(self) -> None:
        item = self.item
        state, amounts, reason = state_text(item), amounts_text(item), reason_text(item)
        self._name.setText(item.order.title)
        self._state.setText(state)
        self._amounts.setText(amounts)
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        self.source.setVisible(item.failure is not None and bool(reason))
        self._bar.setValue(_thousandths(item))
        self._bar.setVisible(item.state is not State.DONE)
        self._bar.setAccessibleName(f"{item.order.title}: {state}, {amounts}")
        self.setAccessibleName(f"{item.order.title}: {state}, {amounts}. {reason}".strip())
        self._show_go()
        if self._files.isVisible():
            self._list.show_files(item.progress.files)

    def _show_go(self) -> None:
        item = self.item
        goes_on = item.state in UNDER_WAY
        title = self.tr("Pause {name}") if goes_on else self.tr("Go on with {name}")
        if item.state is State.FAILED:
            title = self.tr("Try again: {name}")
        self.go.show_icon("pause" if goes_on else "play")
        self.go.describe(title.format(name=item.order.title))
        self.go.setVisible(item.state is not State.DONE)

    def _button(self, theme: Theme, icon: str) -> IconButton:
        button = IconButton(theme, icon, self, colour="muted")
        button.setObjectName("cardButton")
        button.setIconSize(_ICON)
        return button

    def _set_up_files(self) -> None:
        files = self._files
        files.setObjectName("plainTable")
        files.setModel(self._list)
        files.setTabKeyNavigation(False)
        files.setShowGrid(False)
        files.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        files.verticalHeader().hide()
        files.horizontalHeader().hide()
        files.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        files.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        files.horizontalHeader().resizeSection(1, 26 * self.fontMetrics().averageCharWidth() + 60)
        height = self.fontMetrics().height() + 8
        files.verticalHeader().setDefaultSectionSize(height)
        files.setFixedHeight(min(_FILES, len(self.item.order.files)) * height + 4)
        files.hide()

    def _connect(self) -> None:
        self.go.clicked.connect(self._go)
        self.remove.clicked.connect(lambda: self.remove_wanted.emit(self.item.id))
        self.earlier.clicked.connect(lambda: self.move_wanted.emit(self.item.id, -1))
        self.later.clicked.connect(lambda: self.move_wanted.emit(self.item.id, 1))
        self.source.menu().aboutToShow.connect(self._fill_sources)
        self.source.menu().triggered.connect(self._choose_source)
        self.files_button.setCheckable(True)
        self.files_button.toggled.connect(self._unfold)

    @Slot()
    def _go(self) -> None:
        wanted = self.pause_wanted if self.item.state in UNDER_WAY else self.resume_wanted
        wanted.emit(self.item.id)

    @Slot()
    def _fill_sources(self) -> None:
        menu = self.source.menu()
        menu.clear()
        for id_, title in self._sources(self.item.order):
            menu.addAction(self.tr("Go on from {source}").format(source=title)).setData(id_)

    @Slot(QAction)
    def _choose_source(self, action: QAction) -> None:
        self.source_wanted.emit(self.item.id, action.data())

    @Slot(bool)
    def _unfold(self, is_open: bool) -> None:
        self._list.show_files(self.item.progress.files)
        self._files.setVisible(is_open)
        self.files_button.show_icon("down" if is_open else "right")

    def _lay_out(self) -> None:
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.files_button)
        head.addWidget(self._name, 1)
        head.addWidget(self._state)
        foot.setSpacing(2)
        foot.addWidget(self._amounts, 1)
        for button in (self.go, self.earlier, self.later, self.remove):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 8, 6)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._bar)
        column.addLayout(foot)
        column.addWidget(self._reason)
        column.addWidget(self.source, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._files)


def _thousandths(item: Item) -> int:
    size = item.progress.size_bytes
    return item.progress.done_bytes * _FULL // size if size else 0
