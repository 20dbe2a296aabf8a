# SPDX-License-Identifier: Apache-2.0
"""What is written and not asked yet: kept for each chat, a moment after it is typed."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from ui.kept_chats import KeptChats

KEEP_AFTER_MS = 500


class Drafts(QObject):
    """The draft of the chat that is shown. chat_id None: of one that does not exist yet.

    It is then remembered by the name that is given.
    """

    def __init__(self, kept: KeptChats, parent: QObject) -> None:
        super().__init__(parent)
        self._kept = kept
        self._chat_id: int | None = None
        self._name = ""
        self.text = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER_MS)
        self._timer.timeout.connect(self._store)

    def put(self, text: str) -> None:
        """Say what is written now."""
        if text != self.text:
            self.text = text
            self._timer.start()

    def switch(self, chat_id: int | None, name: str) -> None:
        """Store the draft, and take up that of another chat."""
        self.flush()
        self._chat_id, self._name = chat_id, name
        chats = self._kept.store.chats
        if chat_id is None:
            self.text = str(self._kept.attempt(lambda: chats.remembered(self._name)) or "")
        else:
            chat = self._kept.attempt(lambda: chats.find(chat_id))
            self.text = chat.draft if chat else ""

    def move_to(self, chat_id: int) -> None:
        """Let the draft belong to a chat that has just been made, and to no other."""
        text = self.text
        self.put("")
        self.flush()
        self._chat_id = chat_id
        self.put(text)

    def flush(self) -> None:
        """Store what has not been stored yet."""
        if self._timer.isActive():
            self._timer.stop()
            self._store()

    @Slot()
    def _store(self) -> None:
        chats = self._kept.store.chats
        chat_id, text, name = self._chat_id, self.text, self._name
        if chat_id is None:
            self._kept.attempt(lambda: chats.remember(name, text))
        else:
            self._kept.attempt(lambda: chats.set_draft(chat_id, text))
