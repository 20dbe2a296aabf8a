# SPDX-License-Identifier: Apache-2.0
"""What is done to messages that were said: editing, versions, branches, deletion. No widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ui.kept_chats import KeptChats

if TYPE_CHECKING:
    from ui.chat.presenter import ChatPresenter


class MessageChanges(QObject):
    """Changes the chat that a presenter shows. deleted: messages are; `undelete` undoes it."""

    deleted = Signal()

    def __init__(self, chat: ChatPresenter, kept: KeptChats) -> None:
        super().__init__(chat)
        self._chat, self._kept, self._store = chat, kept, kept.store
        self._deleted: tuple[list[int], int | None] = ([], None)

    def edit(self, row: int, text: str) -> bool:
        """Give a message another text, as a version; a question is answered anew.

        Return False, and do nothing, if that cannot be now.
        """
        message = self._chat.messages[row]
        if not text.strip() or not self._chat.may_change(row):
            return False
        if message.role == "user" and not self._chat.can_ask:
            return False
        new = self._kept.do(lambda: self._store.messages.edit(message.id, text.strip()))
        if new is not None and message.role == "user":
            self._chat.answer_to(new)
        return new is not None

    def show_version(self, row: int, step: int) -> None:
        """Show the next version of a message, or the one before (step -1)."""
        message = self._chat.messages[row]
        at = message.versions.index(message.id) + step if message.versions else -1
        if 0 <= at < len(message.versions):
            self._kept.do(lambda: self._store.messages.choose(message.versions[at]))

    def branch(self, row: int) -> None:
        """Go on from a message in a chat of its own, which is shown."""
        message = self._chat.messages[row]
        if self._chat.chat_id is None or not self._chat.may_change(row):
            return
        new = self._kept.do(lambda: self._store.messages.branch(message.id))
        if new is not None:
            self._chat.open(new)

    def delete(self, row: int) -> None:
        """Delete a message; a question goes with its answer. `undelete` undoes it."""
        chat, messages = self._chat, self._chat.messages
        rows = self._with_answer(row)
        if chat.chat_id is None or not all(map(chat.may_change, rows)):
            return
        ids = [messages[at].id for at in rows]
        others = [version for version in messages[row].versions if version != ids[0]]
        instead = others[-1] if others and rows[-1] + 1 == len(messages) else None
        chat_id = chat.chat_id
        deleted = self._kept.do(lambda: self._delete(chat_id, ids, instead))
        if deleted:
            self._deleted = deleted
            self.deleted.emit()

    def undelete(self) -> None:
        """Bring back what was deleted last."""
        (ids, leaf), self._deleted = self._deleted, ([], None)
        if ids and leaf is not None:
            self._kept.do(lambda: self._restore(ids, leaf))

    def _with_answer(self, row: int) -> list[int]:
        """Return the row of a message, and of its answer if it is a question."""
        messages, after = self._chat.messages, row + 1
        if messages[row].role != "user" or after == len(messages):
            return [row]
        return [row, after] if messages[after].role != "user" else [row]

    def _delete(
        self, chat_id: int, ids: list[int], instead: int | None
    ) -> tuple[list[int], int | None]:
        """Delete messages, and show a version instead; return what `undelete` needs."""
        with self._store.at_once():
            leaf = self._store.chats.get(chat_id).leaf_id
            self._store.messages.delete(ids)
            if instead is not None:
                self._store.messages.choose(instead)
        return ids, leaf

    def _restore(self, ids: list[int], leaf: int) -> None:
        """Bring messages back; show their branch, unless what is shown goes on from them."""
        messages = self._store.messages
        messages.restore(ids)
        restored = messages.get(ids[0])
        if restored and ids[0] not in messages.path(restored.chat_id):
            messages.show_path_to(leaf)
