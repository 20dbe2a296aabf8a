# SPDX-License-Identifier: Apache-2.0
"""What the chat that is shown has for itself: instructions, model, sampling."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ktdesk.chats.choices import ChatChoices
from ui.chat.drafts import KEEP_AFTER_MS
from ui.kept_chats import KeptChats


class OwnChat(QObject):
    """Holds it for one chat at a time. chat_id None: for one that does not exist yet.

    It is then remembered by the name that is given.

    changed: anything of it, or another chat is meant.
    """

    changed = Signal()

    def __init__(self, kept: KeptChats, parent: QObject) -> None:
        super().__init__(parent)
        self._kept, self._chats = kept, kept.store.chats
        self._chat_id: int | None = None
        self._name = ""
        self.instructions = ""
        self.choices = ChatChoices()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(KEEP_AFTER_MS)
        self._timer.timeout.connect(self._store)
        kept.changed.connect(self._follow)

    @property
    def is_any(self) -> bool:
        """Whether the chat has anything for itself."""
        return bool(self.instructions) or self.choices != ChatChoices()

    def switch(self, chat_id: int | None, name: str) -> None:
        """Keep what was changed, and take up what another chat has."""
        self.flush()
        self._chat_id, self._name = chat_id, name
        self._put(*self._read())

    def move_to(self, chat_id: int) -> None:
        """Let it belong to a chat that was just made with it, and to no other."""
        self._timer.stop()
        self._kept.attempt(lambda: self._chats.remember(self._name, None))
        self._chat_id = chat_id

    def take(self, instructions: str, choices: ChatChoices) -> None:
        """Have other instructions and choices."""
        if self._put(instructions, choices):
            self._timer.start()

    def instruct(self, text: str) -> None:
        """Say what the model is told before the chat."""
        self.take(text.strip(), self.choices)

    def use_model(self, path: Path | None) -> None:
        """Have this chat answered by a model of its own; None: by the one that is chosen."""
        self.take(self.instructions, replace(self.choices, model=path))

    def set(self, name: str, value: Any) -> None:
        """Give the chat a setting of its own."""
        self.take(self.instructions, self.choices.choosing(name, value))

    def take_back(self, name: str) -> None:
        """Let a setting follow what holds elsewhere."""
        self.take(self.instructions, self.choices.following(name))

    def flush(self) -> None:
        """Store what has not been stored yet."""
        if self._timer.isActive():
            self._timer.stop()
            self._store()

    def _put(self, instructions: str, choices: ChatChoices) -> bool:
        is_other = (instructions, choices) != (self.instructions, self.choices)
        self.instructions, self.choices = instructions, choices
        if is_other:
            self.changed.emit()
        return is_other

    def _read(self) -> tuple[str, ChatChoices]:
        chat_id = self._chat_id
        if chat_id is None:
            found = self._kept.attempt(lambda: self._chats.remembered(self._name))
            kept = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
            return str(kept.get("instructions", "")), ChatChoices.read(kept)
        chat = self._kept.attempt(lambda: self._chats.find(chat_id))
        return (
            (chat.system_prompt, ChatChoices.read(chat.settings)) if chat else ("", ChatChoices())
        )

    @Slot()
    def _follow(self) -> None:
        """Take up what others have changed: the list of chats has a menu for instructions."""
        if not self._timer.isActive():
            self._put(*self._read())

    @Slot()
    def _store(self) -> None:
        chats, chat_id, name = self._chats, self._chat_id, self._name
        settings, instructions = self.choices.settings, self.instructions
        if chat_id is None:
            kept = {**settings, "instructions": instructions}
            self._kept.attempt(lambda: chats.remember(name, kept))
            return

        def store() -> None:
            chats.set_settings(chat_id, settings)
            chats.set_system_prompt(chat_id, instructions)

        self._kept.attempt(store)
