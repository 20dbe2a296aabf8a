# SPDX-License-Identifier: Apache-2.0
"""What the list of chats does: search, names, pins, folders, deletion. No widgets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ktdesk.attachments import split
from ktdesk.chats import Chat, Folder
from ktdesk.chats.search import Hit
from ktdesk.chats.titles import title_from
from ktdesk.errors import ChatsError, KTDeskError
from ui.aio import Flow, Report, in_thread, start
from ui.chats.groups import Group, group_chats, group_hits
from ui.kept_chats import KeptChats

SEARCH_AFTER_MS = 150  # so that typing does not search for every letter
MANY_DELETED = 20  # that are offered to be brought back


class ChatListPresenter(QObject):
    """The chats in groups, or those in which words are found.

    changed: the groups. undoable: something was deleted; the argument is its title.
    """

    changed = Signal()
    undoable = Signal(str)

    def __init__(self, kept: KeptChats, parent: QObject) -> None:
        super().__init__(parent)
        self._kept = kept
        self.groups: list[Group] = []
        self.folders: list[Folder] = []
        self.words = ""
        self._undo: Callable[[], object] | None = None
        self._searching: Flow | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SEARCH_AFTER_MS)
        self._timer.timeout.connect(self._search)
        kept.changed.connect(self._look)
        self._look()

    @property
    def is_searching(self) -> bool:
        """Whether the groups are what words have found."""
        return bool(self.words.strip())

    def search(self, words: str) -> None:
        """Show the chats with these words; without words all chats."""
        self.words = words
        if self.is_searching:
            self._timer.start()
        else:
            self._stop_search()
            self._look()

    def rename(self, chat_id: int, title: str) -> None:
        """Give a chat a title; an empty one is suggested anew."""
        if title.strip():
            self._kept.do(lambda: self._kept.store.chats.rename(chat_id, title))
        else:
            self.suggest(chat_id)

    def suggest(self, chat_id: int) -> None:
        """Name a chat by its first question, as it was at first."""
        store = self._kept.store

        def suggest() -> None:
            path = store.messages.path(chat_id)
            first = store.messages.get(path[0]) if path else None
            attachments, text = split(first.content) if first else ([], "")
            title = title_from(text) or ", ".join(each.name for each in attachments)
            store.chats.rename(chat_id, "")  # no longer the user's own
            store.chats.suggest_title(chat_id, title)

        self._kept.do(suggest)

    def pin(self, chat_id: int, is_pinned: bool) -> None:
        """Keep a chat at the top, or no longer."""
        self._kept.do(lambda: self._kept.store.chats.pin(chat_id, is_pinned))

    def move(self, chat_id: int, folder_id: int | None) -> None:
        """Put a chat into a folder, or out of it."""
        self._kept.do(lambda: self._kept.store.chats.move(chat_id, folder_id))

    def instructions(self, chat_id: int) -> str:
        """Return what the model is told before a chat."""
        chat = self._kept.attempt(lambda: self._kept.store.chats.find(chat_id))
        return chat.system_prompt if chat else ""

    def instruct(self, chat_id: int, text: str) -> None:
        """Say what the model is told before a chat."""
        self._kept.do(lambda: self._kept.store.chats.set_system_prompt(chat_id, text.strip()))

    def new_folder(self, title: str, chat_id: int | None = None) -> None:
        """Add a folder, with a chat in it if one is given."""
        if not title.strip():
            return
        folder = self._kept.do(lambda: self._kept.store.chats.new_folder(title))
        if folder is not None and chat_id is not None:
            self.move(chat_id, folder)

    def rename_folder(self, folder_id: int, title: str) -> None:
        """Rename a folder."""
        if title.strip():
            self._kept.do(lambda: self._kept.store.chats.rename_folder(folder_id, title))

    def delete_folder(self, folder_id: int) -> None:
        """Remove a folder; its chats stay. It can be undone."""
        chats = self._kept.store.chats
        inside = [row.chat_id for g in self.groups if g.folder_id == folder_id for row in g.rows]
        title = next((f.title for f in self.folders if f.id == folder_id), "")

        def undo() -> None:
            again = chats.new_folder(title)
            for chat_id in inside:
                chats.move(chat_id, again)

        self._kept.do(lambda: chats.delete_folder(folder_id))
        self._offer(title, undo)

    def delete(self, chat_id: int) -> None:
        """Delete a chat. It can be undone."""
        chats = self._kept.store.chats
        chat = self._kept.attempt(lambda: chats.find(chat_id))
        if chat is not None:
            self._kept.do(lambda: chats.delete(chat_id))
            self._offer(chat.title, lambda: chats.restore(chat_id))

    def undo(self) -> None:
        """Bring back what was deleted last."""
        undo, self._undo = self._undo, None
        if undo:
            self._kept.do(undo)

    def deleted(self) -> list[Chat]:
        """Return the chats that were deleted last and can be brought back."""
        return (self._kept.attempt(self._kept.store.chats.deleted) or [])[:MANY_DELETED]

    def restore(self, chat_id: int) -> None:
        """Bring a deleted chat back."""
        self._kept.do(lambda: self._kept.store.chats.restore(chat_id))

    def _offer(self, title: str, undo: Callable[[], object]) -> None:
        self._undo = undo
        self.undoable.emit(title)

    @Slot()
    def _look(self) -> None:
        """Read the list anew."""
        if self.is_searching:
            self._timer.start()
            return
        chats = self._kept.store.chats
        try:
            self.folders = chats.folders()
            today = datetime.now().astimezone().date()
            groups = group_chats(chats.all(), self.folders, today)
        except ChatsError as error:
            self._kept.failed.emit(error)
            return
        self._show(groups)

    @Slot()
    def _search(self) -> None:
        self._stop_search()
        self._searching = start(self, self._show_hits(self.words))

    async def _show_hits(self, words: str) -> None:
        store = self._kept.store

        def search(report: Report) -> list[Hit]:
            del report
            with store.another() as own:
                return own.search(words)

        try:
            self._show(group_hits(await in_thread(search)))
        except KTDeskError as error:
            self._kept.failed.emit(error)

    def _stop_search(self) -> None:
        self._timer.stop()
        if self._searching:
            self._searching.cancel()
            self._searching = None

    def _show(self, groups: list[Group]) -> None:
        if groups != self.groups:
            self.groups = groups
            self.changed.emit()
