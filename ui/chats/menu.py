# SPDX-License-Identifier: Apache-2.0
"""The menus of the list: of a chat, of a folder, and of the whole."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from ui.chats.groups import Row
from ui.chats.presenter import ChatListPresenter
from ui.chats.transfer import Transfer
from ui.chats.tree_model import chat_title


class ChatMenus(QObject):
    """Makes menus for a list.

    tab_wanted, pane_wanted: a chat shall be opened in a tab, or beside the one that is shown.
    rename_wanted: what is chosen shall be renamed. export_wanted: a chat's id, or None: all.
    import_wanted: a folder, or None: files shall be chosen.
    """

    tab_wanted = Signal(int)
    pane_wanted = Signal(int)
    rename_wanted = Signal()
    export_wanted = Signal(object)
    import_wanted = Signal(object)

    def __init__(self, presenter: ChatListPresenter, parent: QWidget) -> None:
        super().__init__(parent)
        self._presenter, self._widget = presenter, parent

    def of_chat(self, row: Row) -> QMenu:
        """Return what can be done with a chat."""
        presenter, menu = self._presenter, self._new()
        tab, beside = self.tr("Open in a new tab"), self.tr("Open beside this chat")
        _add(menu, tab, partial(self.tab_wanted.emit, row.chat_id))
        _add(menu, beside, partial(self.pane_wanted.emit, row.chat_id))
        menu.addSeparator()
        _add(menu, self.tr("Rename"), self.rename_wanted.emit)
        _add(menu, self.tr("Suggest a title"), partial(presenter.suggest, row.chat_id))
        pin = self.tr("No longer pinned") if row.is_pinned else self.tr("Pin to the top")
        _add(menu, pin, partial(presenter.pin, row.chat_id, not row.is_pinned))
        self._add_folders(menu, row)
        _add(menu, self.tr("Instructions…"), partial(self._ask_instructions, row.chat_id))
        menu.addSeparator()
        _add(menu, self.tr("Export…"), partial(self.export_wanted.emit, row.chat_id))
        menu.addSeparator()
        _add(menu, self.tr("Delete"), partial(presenter.delete, row.chat_id))
        return menu

    def of_folder(self, folder_id: int) -> QMenu:
        """Return what can be done with a folder."""
        menu = self._new()
        _add(menu, self.tr("Rename"), self.rename_wanted.emit)
        delete = self.tr("Delete the folder, not its chats")
        _add(menu, delete, partial(self._presenter.delete_folder, folder_id))
        return menu

    def of_all(self) -> QMenu:
        """Return what can be done with the whole."""
        menu = self._new()
        _add(menu, self.tr("New folder…"), self._ask_folder)
        menu.addSeparator()
        _add(menu, self.tr("Import chats…"), partial(self.import_wanted.emit, None))
        if folder := Transfer.lm_studio_folder():
            title = self.tr("Import the chats of LM Studio")
            _add(menu, title, partial(self.import_wanted.emit, folder))
        _add(menu, self.tr("Export all chats…"), partial(self.export_wanted.emit, None))
        menu.addSeparator()
        deleted = menu.addMenu(self.tr("Bring back"))
        for chat in self._presenter.deleted():
            title = chat_title(chat.title)
            _add(deleted, title, partial(self._presenter.restore, chat.id))
        deleted.setEnabled(not deleted.isEmpty())
        return menu

    def _add_folders(self, menu: QMenu, row: Row) -> None:
        folders = menu.addMenu(self.tr("Move to folder"))
        for folder in self._presenter.folders:
            act = _add(folders, folder.title, partial(self._presenter.move, row.chat_id, folder.id))
            act.setEnabled(folder.id != row.folder_id)
        if row.folder_id is not None:
            out = self.tr("Out of the folder")
            _add(folders, out, partial(self._presenter.move, row.chat_id, None))
        if not folders.isEmpty():
            folders.addSeparator()
        _add(folders, self.tr("New folder…"), partial(self._ask_folder, row.chat_id))

    def _ask_instructions(self, chat_id: int) -> None:
        text, is_meant = QInputDialog.getMultiLineText(
            self._widget,
            self.tr("Instructions"),
            self.tr("What the model shall keep to in this chat:"),
            self._presenter.instructions(chat_id),
        )
        if is_meant:
            self._presenter.instruct(chat_id, text)

    def _ask_folder(self, chat_id: int | None = None) -> None:
        title, is_meant = QInputDialog.getText(
            self._widget, self.tr("New folder"), self.tr("Name of the folder")
        )
        if is_meant:
            self._presenter.new_folder(title, chat_id)

    def _new(self) -> QMenu:
        menu = QMenu(self._widget)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu


def _add(menu: QMenu, title: str, handler: Callable[[], object]) -> QAction:
    action = menu.addAction(title.replace("&", "&&"))
    action.triggered.connect(lambda: handler())
    return action
