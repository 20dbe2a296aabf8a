# SPDX-License-Identifier: Apache-2.0
"""What the palette offers: commands, pages, conversations and models. No widgets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from ui.actions import Actions
from ui.chat.model_presenter import ModelPresenter
from ui.kept_chats import KeptChats
from ui.palette.matching import score

if TYPE_CHECKING:
    from ktdesk.library.shelf.model import LocalModel

MOST = 50  # entries; who wants others types more
OWN = "palette"  # its own command, which it does not offer


class EntryKind(Enum):
    """What an entry is."""

    COMMAND = auto()
    CHAT = auto()
    MODEL = auto()


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to do or to open. also: another name it is found by. run: does it."""

    kind: EntryKind
    title: str
    also: str
    shortcut: str
    run: Callable[[], object]


class PalettePresenter(QObject):
    """changed: other entries fit what was typed."""

    changed = Signal()

    def __init__(
        self,
        actions: Actions,
        open_chat: Callable[[int], object],
        kept: KeptChats,
        model: ModelPresenter,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._actions, self._show_chat, self._kept, self._model = actions, open_chat, kept, model
        self._commands: list[Entry] = []
        self._chats: list[Entry] = []
        self._models: list[Entry] = []
        self.typed = ""
        model.found.connect(self._take_models)

    def open(self) -> None:
        """Offer what there is now; models follow, since the disk is asked for them."""
        self.typed = ""
        self._model.find()
        self.gather()

    def gather(self) -> None:
        """Take commands and conversations as they are, and are called, now."""
        self._actions.refresh()
        self._commands = [
            Entry(
                EntryKind.COMMAND,
                action.text(),
                command.title,
                action.shortcut().toString(action.shortcut().SequenceFormat.NativeText),
                action.trigger,
            )
            for command, action in self._actions
            if action.isEnabled() and command.id != OWN
        ]
        chats = self._kept.attempt(self._kept.store.chats.all) or []
        self._chats = [
            Entry(EntryKind.CHAT, chat.title, "", "", lambda id_=chat.id: self._open_chat(id_))
            for chat in chats
        ]
        self.changed.emit()

    def type(self, text: str) -> None:
        """Offer what fits."""
        self.typed = text
        self.changed.emit()

    def entries(self) -> list[Entry]:
        """Return what fits what was typed, the best first; commands before all others.

        Without letters: all commands, and the newest conversations.
        """
        everything = [*self._commands, *self._chats, *self._models]
        scored = [(score(self.typed, (each.title, each.also)), each) for each in everything]
        fitting = [pair for pair in scored if pair[0]]
        fitting.sort(key=lambda pair: -pair[0])  # which keeps the order of equals
        return [entry for _, entry in fitting[:MOST]]

    def _open_chat(self, chat_id: int) -> None:
        self._actions["chat"].trigger()
        self._show_chat(chat_id)

    @Slot(list)
    def _take_models(self, models: list[LocalModel]) -> None:
        self._models = [
            Entry(EntryKind.MODEL, each.name, "", "", lambda path=each.path: self._model.load(path))
            for each in models
            if not each.problem
        ]
        self.changed.emit()
