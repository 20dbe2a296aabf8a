# SPDX-License-Identifier: Apache-2.0
"""The sidebar: a search field, the chats in groups, their menus, and undo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from ui.chats.delegate import ChatDelegate
from ui.chats.menu import ChatMenus
from ui.chats.presenter import ChatListPresenter
from ui.chats.transfer import Transfer
from ui.chats.tree_model import ChatTree, chat_title
from ui.theme import Theme
from ui.widgets.icon_button import IconButton
from ui.widgets.undo_bar import UndoBar

if TYPE_CHECKING:
    from ktdesk.chats.exchange.export import Kind
    from ktdesk.chats.exchange.importing import Imported

WIDTH = 260


class _List(QTreeView):
    """Enter and a click open a chat; the arrows only move."""

    entered_chat = Signal(QModelIndex)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, RUF100 - Qt's name
        """Open what is chosen on Enter."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and self.state() != QTreeView.State.EditingState:
            self.entered_chat.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class ChatSidebar(QWidget):
    """Emits `chosen` with the id of a chat, and that of the message that was found, or None."""

    chosen = Signal(int, object)

    def __init__(
        self,
        presenter: ChatListPresenter,
        transfer: Transfer,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self._presenter, self._transfer = presenter, transfer
        self.model = ChatTree(presenter, self)
        self._delegate = ChatDelegate(theme, self)
        self.menus = ChatMenus(presenter, self)
        self.menus.rename_wanted.connect(self.rename)
        self.menus.export_wanted.connect(self._ask_export)
        self.menus.import_wanted.connect(self._ask_import)
        transfer.exported.connect(self._tell_export)
        transfer.imported.connect(self._tell_import)
        transfer.reading.connect(self._tell_reading)
        self.search = QLineEdit(self)
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(presenter.search)
        self._more = IconButton(theme, "more", self)
        self._more.clicked.connect(self._show_menu)
        self.list = self._make_list()
        self._empty = QLabel(self)
        self._empty.setObjectName("muted")
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(8, 6, 8, 6)
        self.undo = UndoBar(theme, self)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self.search, 1)
        head.addWidget(self._more)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._empty)
        column.addWidget(self.list, 1)
        column.addWidget(self.undo)
        self.model.modelReset.connect(self._restore_view)
        presenter.undoable.connect(self._offer_undo)
        down = QShortcut(QKeySequence(Qt.Key.Key_Down), self.search)
        down.setContext(Qt.ShortcutContext.WidgetShortcut)
        down.activated.connect(self._enter_list)
        self.search.returnPressed.connect(self._open_first)
        self.retranslate()
        self._restore_view()

    def show_state(self, current: int | None, busy: set[int]) -> None:
        """Mark the chat that is shown, and those in which an answer is under way."""
        self.model.set_busy(busy)
        if current != self._delegate.current:
            self._delegate.current = current
            self._restore_view()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.search.setPlaceholderText(self.tr("Search all chats"))
        self.search.setAccessibleName(self.tr("Search all chats"))
        self.list.setAccessibleName(self.tr("Chats"))
        if clear := self.search.findChild(QToolButton):
            clear.setAccessibleName(self.tr("Clear the search"))
        self._more.describe(self.tr("Folders, import and export"))
        self._empty.setText(self.tr("Your chats will be kept here."))
        self.list.viewport().update()

    @Slot()
    def start_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus()
        self.search.selectAll()

    @Slot()
    def rename(self) -> None:
        """Rename the chat or folder that is chosen, where it stands."""
        self.list.edit(self.list.currentIndex())

    def _make_list(self) -> _List:
        view = _List(self)
        view.setObjectName("chatList")
        view.setModel(self.model)
        view.setItemDelegate(self._delegate)
        view.setHeaderHidden(True)
        view.setIndentation(0)
        view.setRootIsDecorated(False)
        view.setMouseTracking(True)
        view.setIconSize(QSize(16, 16))
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        view.setEditTriggers(QTreeView.EditTrigger.EditKeyPressed)
        view.setDragDropMode(QTreeView.DragDropMode.InternalMove)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._show_context_menu)
        view.clicked.connect(self._open)
        view.entered_chat.connect(self._open)
        return view

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        if row := self.model.row_at(index):
            self.chosen.emit(row.chat_id, row.message_id)
        elif self.model.group_at(index):
            self.list.setExpanded(index, not self.list.isExpanded(index))

    @Slot()
    def _open_first(self) -> None:
        self._open(self.model.index(0, 0, self.model.index(0, 0)))

    @Slot()
    def _enter_list(self) -> None:
        self.list.setFocus()
        self.list.setCurrentIndex(self.model.index(0, 0, self.model.index(0, 0)))

    @Slot()
    def _restore_view(self) -> None:
        """Unfold the groups, and choose the chat that is shown."""
        self._empty.setVisible(not self.model.rowCount())
        self.list.expandAll()
        current = self._delegate.current
        index = QModelIndex() if current is None else self.model.index_of(current)
        self.list.setCurrentIndex(index)
        self.list.viewport().update()

    @Slot(QPoint)
    def _show_context_menu(self, at: QPoint) -> None:
        index = self.list.indexAt(at)
        self.list.setCurrentIndex(index)
        group, row = self.model.group_at(index), self.model.row_at(index)
        if row:
            menu = self.menus.of_chat(row)
        elif group and group.folder_id is not None:
            menu = self.menus.of_folder(group.folder_id)
        else:
            menu = self.menus.of_all()
        menu.popup(self.list.viewport().mapToGlobal(at))

    @Slot()
    def _show_menu(self) -> None:
        self.menus.of_all().popup(self._more.mapToGlobal(self._more.rect().bottomLeft()))

    @Slot(object)
    def _ask_export(self, chat_id: int | None) -> None:
        kinds: dict[str, Kind] = {
            self.tr("KTDesk chats, to be imported again (*.json)"): "json",
            self.tr("Markdown (*.md)"): "markdown",
            self.tr("Messages as OpenAI has them (*.json)"): "openai",
        }
        path, chosen = QFileDialog.getSaveFileName(
            self, self.tr("Export chats"), "chats.json", ";;".join(kinds)
        )
        if path:
            kind = kinds.get(chosen, "json")
            ending = ".md" if kind == "markdown" else ".json"
            target = Path(path)
            is_other = target.suffix.lower() in (".md", ".json") and target.suffix != ending
            self._transfer.export(target.with_suffix(ending) if is_other else target, kind, chat_id)

    @Slot(object)
    def _ask_import(self, folder: Path | None) -> None:
        if folder:
            self._transfer.import_files([folder])
            return
        paths, _ = QFileDialog.getOpenFileNames(
            self, self.tr("Import chats"), "", self.tr("Chats (*.json *.zip)")
        )
        if paths:
            self._transfer.import_files(list(map(Path, paths)))

    @Slot(int, str)
    def _tell_export(self, count: int, path: str) -> None:
        text = self.tr("Chats that were written: {count}. {path}")
        self.undo.tell(text.format(count=count, path=path))

    @Slot(str)
    def _tell_reading(self, name: str) -> None:
        self.undo.tell(self.tr("Reading {name}…").format(name=name))

    @Slot(object)
    def _tell_import(self, done: Imported) -> None:
        text = self.tr("Imported: {chats} chats with {messages} messages. Known before: {known}.")
        said = text.format(chats=done.chats, messages=done.messages, known=done.known)
        self.undo.offer(said, lambda: self._transfer.take_back(done))

    @Slot(str)
    def _offer_undo(self, title: str) -> None:
        text = self.tr("“{title}” was deleted.").format(title=chat_title(title))
        self.undo.offer(text, self._presenter.undo)
