# SPDX-License-Identifier: Apache-2.0
"""The store of chats, as the window sees it: with a signal when anything in it has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from ktdesk.chats import ChatStore, open_chats, temporary_chats
from ktdesk.errors import ChatsError
from ui.error_texts import say

LOOK_MS = 2000  # how often it looks whether another program has written

T = TypeVar("T")


def open_kept(parent: QObject) -> tuple[KeptChats, ChatsError | None]:
    """Open the user's chats; return them, and what to tell the user, if anything.

    If they cannot be opened, what is said until the program ends is kept in a temporary place.
    """
    try:
        store = open_chats()
    except ChatsError as error:
        more = QCoreApplication.translate(
            "KeptChats", "Until then, nothing that is said here is kept."
        )
        problem = ChatsError(str(error), hint=f"{say(error.hint)} {more}")
        return KeptChats(temporary_chats(), parent), problem
    problem = None
    if lost := store.recovery:
        said = QCoreApplication.translate(
            "KeptChats",
            "The chats were damaged. What could be read: {messages} messages in {chats} chats.",
        )
        where = QCoreApplication.translate("KeptChats", "The damaged file is still there: {path}")
        problem = ChatsError(
            said.format(messages=lost.messages, chats=lost.chats),
            hint=where.format(path=lost.set_aside),
        )
    return KeptChats(store, parent), problem


class KeptChats(QObject):
    """Holds the store.

    changed: chats or folders are others now, or look otherwise, whoever did it. failed: a
    ChatsError.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, store: ChatStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.store = store
        self._seen = store.changes_of_others()
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def attempt(self, work: Callable[[], T]) -> T | None:
        """Return what `work` does with the store, or None if it has failed, which is told."""
        try:
            return work()
        except ChatsError as error:
            self.failed.emit(error)
            return None

    def do(self, work: Callable[[], T]) -> T | None:
        """As `attempt`, for what changes the store; tells that it has changed."""
        try:
            result = work()
        except ChatsError as error:
            self.failed.emit(error)
            return None
        self.changed.emit()
        return result

    def close(self) -> None:
        """End the use of the store."""
        self._timer.stop()
        self.store.close()

    @Slot()
    def _look(self) -> None:
        seen = self.attempt(self.store.changes_of_others)
        if seen is None:
            self._timer.stop()
        elif seen != self._seen:
            self._seen = seen
            self.changed.emit()
