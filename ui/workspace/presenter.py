# SPDX-License-Identifier: Apache-2.0
"""What tabs and panes do: open, split, close, compare, come back after a restart. No widgets."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot

from ktdesk import KTDeskError
from ktdesk.attachments import Attachment
from ui.bridge import EngineBridge
from ui.chat.answer_line import AnswerLine
from ui.chat.model_presenter import ModelPresenter
from ui.chat.presenter import ChatPresenter
from ui.kept_chats import KeptChats
from ui.settings_store import SettingsStore
from ui.workspace.layout import MOST_PANES, Layout, Pane, Tab

LAYOUT = "workspace"  # what is remembered
MOST_CLOSED = 20  # tabs that can be opened again


class Workspace(QObject):
    """Only the panes of the tab that is shown have presenters; the others are their chats' ids.

    A chat is open once: who opens it again is taken there.
    changed: tabs, panes, or titles. active_changed: another pane is the active one, or something
    has changed in it. shown: the user went to another chat.
    """

    changed = Signal()
    active_changed = Signal()
    shown = Signal()

    def __init__(
        self,
        bridge: EngineBridge,
        settings: SettingsStore,
        model: ModelPresenter,
        kept: KeptChats,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bridge, self._settings, self._model, self._kept = bridge, settings, model, kept
        self.line = AnswerLine(bridge, settings, model, kept, self)
        self.line.failed.connect(self._tell_failure)
        self.layout = Layout()
        self.chats: list[ChatPresenter] = []
        self._closed: list[Tab] = []
        self._titles: dict[int, str] = {}
        kept.changed.connect(self._follow_titles)
        self._arrange()

    @property
    def tab(self) -> Tab:
        """The tab that is shown."""
        return self.layout.tab

    @property
    def active(self) -> ChatPresenter:
        """The conversation that keys and the list of chats are for."""
        return self.chats[self.tab.active]

    @property
    def can_split(self) -> bool:
        """Whether there is room for another pane."""
        return len(self.tab.panes) < MOST_PANES

    @property
    def can_reopen(self) -> bool:
        """Whether a tab was closed that can be opened again."""
        return bool(self._closed)

    @property
    def can_ask_all(self) -> bool:
        """Whether one question can be asked in all panes."""
        return all(chat.can_ask for chat in self.chats)

    def restore(self) -> None:
        """Show what was shown when the program ended."""
        chats = self._kept.store.chats

        def is_there(chat_id: int) -> bool:
            chat = chats.find(chat_id)
            return chat is not None and chat.deleted is None

        layout = self._kept.attempt(lambda: Layout.read(chats.remembered(LAYOUT), is_there))
        if layout:
            self.layout = layout
            self._show()

    def title_of(self, pane: Pane) -> str:
        """Return the title of a pane's chat; '' if it has none, or does not exist yet."""
        return "" if pane.chat_id is None else self._titles.get(pane.chat_id, "")

    def title_of_chat(self, chat_id: int) -> str:
        """Return the title of any chat."""
        chat = self._kept.attempt(lambda: self._kept.store.chats.find(chat_id))
        return chat.title if chat else ""

    def open(self, chat_id: int, message_id: int | None = None) -> None:
        """Show a chat: where it is open, or else in the active pane."""
        if not self._go_to(chat_id) or message_id is not None:
            self.active.open(chat_id, message_id)
        self.shown.emit()

    def open_in_tab(self, chat_id: int) -> None:
        """Show a chat in a tab of its own, or where it is open."""
        if not self._go_to(chat_id):
            self.layout.new_tab(chat_id)
            self._show()

    def open_beside(self, chat_id: int) -> None:
        """Show a chat in another pane of this tab, or where it is open."""
        if not self._go_to(chat_id) and self.layout.split(chat_id):
            self._show()

    def new_tab(self) -> None:
        """Show an empty chat in a tab of its own."""
        self.layout.new_tab()
        self._show()

    def split(self) -> None:
        """Add a pane with an empty chat."""
        if self.layout.split():
            self._show()

    def close_pane(self, at: int | None = None) -> None:
        """Close a pane, the active one by default; with the last one goes the tab."""
        if len(self.tab.panes) == 1:
            self.close_tab(self.layout.current)
            return
        at = self.tab.active if at is None else at
        self.layout.close_pane(at)
        self._drop(self.chats.pop(at))
        self._show()

    def close_tab(self, at: int) -> None:
        """Close a tab. Its answers go on."""
        closed = self.layout.close_tab(at)
        if any(pane.chat_id is not None for pane in closed.panes):
            self._closed = [*self._closed, closed][-MOST_CLOSED:]
        self._show()

    def reopen(self) -> None:
        """Open the tab again that was closed last."""
        if self._closed:
            self.layout.put_back(self._closed.pop())
            self._show()

    def show_tab(self, at: int) -> None:
        """Show another tab."""
        if at != self.layout.current:
            self.layout.current = at
            self._show()

    def step_tab(self, by: int) -> None:
        """Show the next tab, or the one before (-1); after the last comes the first."""
        self.show_tab((self.layout.current + by) % len(self.layout.tabs))

    def move_tab(self, at: int, to: int) -> None:
        """Give a tab another place."""
        self.layout.move_tab(at, to)
        self._keep()

    def activate(self, at: int) -> None:
        """Make a pane the active one."""
        if at != self.tab.active:
            self.tab.active = at
            self._keep()
            self.active_changed.emit()

    def step_pane(self, by: int) -> None:
        """Make the next pane active, or the one before (-1)."""
        self.activate((self.tab.active + by) % len(self.tab.panes))

    def set_shares(self, shares: list[int]) -> None:
        """Remember how wide the panes are."""
        self.tab.shares = shares
        self._keep()

    def compare(self, *, is_wanted: bool) -> None:
        """Have one prompt for all panes, or each its own. A tab with one pane is split for it."""
        if is_wanted and len(self.tab.panes) == 1:
            self.layout.split()
        self.tab.is_comparing = is_wanted
        self._show()

    def ask_all(self, text: str, attachments: Sequence[Attachment] = ()) -> bool:
        """Ask in all panes, from the first to the last; return whether that was possible."""
        asked = [chat.ask(text, attachments) for chat in self.chats] if self.can_ask_all else []
        return bool(asked) and all(asked)

    @property
    def is_answering(self) -> bool:
        """Whether there is something to stop in the active pane, or, comparing, in any."""
        return any(chat.is_answering for chat in self._stoppable())

    def stop(self) -> None:
        """Stop the answer of the active pane, or, comparing, those of all."""
        for chat in reversed(self._stoppable()):  # those who wait first
            chat.stop()

    def _stoppable(self) -> list[ChatPresenter]:
        return self.chats if self.tab.is_comparing else [self.active]

    def new_chat(self) -> None:
        """Show an empty chat in the active pane; beside others, it keeps the pane's settings."""
        chat, own = self.active, self.active.own
        kept = (own.instructions, own.choices) if len(self.chats) > 1 else None
        chat.new_chat()
        if kept:
            own.take(*kept)
        self.shown.emit()

    def close(self) -> None:
        """Store everything: the program ends."""
        self._keep()
        for chat in self.chats:
            chat.close()
        self.line.close()

    def _go_to(self, chat_id: int) -> bool:
        """Show the pane in which a chat is open, if it is."""
        where = self.layout.find(chat_id)
        if where:
            self.layout.current = where[0]
            self.tab.active = where[1]
            self._show()
        return where is not None

    def _show(self) -> None:
        self._arrange()
        self._keep()
        self.changed.emit()
        self.active_changed.emit()
        self.shown.emit()

    def _arrange(self) -> None:
        """Have a presenter for each pane of the tab that is shown, with its chat."""
        panes = self.tab.panes
        shown = {chat.key: chat for chat in self.chats}
        spare = [chat for chat in self.chats if chat.key not in {pane.key for pane in panes}]
        self.chats = [
            shown.get(pane.key) or (spare.pop(0) if spare else self._make()) for pane in panes
        ]
        for chat in spare:
            self._drop(chat)
        for chat, pane in zip(self.chats, panes, strict=True):
            if (chat.chat_id, chat.key) != (pane.chat_id, pane.key):
                chat.open(pane.chat_id, key=pane.key)
        self._read_titles()

    def _make(self) -> ChatPresenter:
        chat = ChatPresenter(self.line, self._bridge, self._settings, self._model, self._kept, self)
        chat.changed.connect(self._follow_panes)
        return chat

    def _drop(self, chat: ChatPresenter) -> None:
        chat.close()
        chat.blockSignals(True)
        chat.deleteLater()

    @Slot()
    def _follow_panes(self) -> None:
        """Take down which chats the panes show: questions make new ones, deletions close some."""
        if len(self.chats) != len(self.tab.panes):
            return  # in the middle of a change
        pairs = list(zip(self.tab.panes, self.chats, strict=True))
        for pane, chat in pairs:
            if pane.key != chat.key:
                return
        if any(pane.chat_id != chat.chat_id for pane, chat in pairs):
            for pane, chat in pairs:
                pane.chat_id = chat.chat_id
            self._read_titles()
            self._keep()
            self.changed.emit()
        self.active_changed.emit()

    @Slot()
    def _follow_titles(self) -> None:
        if self._read_titles():
            self.changed.emit()

    def _read_titles(self) -> bool:
        """Return whether a chat that is open has another title than before."""
        chats = self._kept.store.chats
        ids = [pane.chat_id for pane in self.layout.panes if pane.chat_id is not None]

        def read() -> dict[int, str]:
            return {chat.id: chat.title for chat in map(chats.find, ids) if chat}

        before, titles = self._titles, self._kept.attempt(read)
        self._titles = before if titles is None else titles
        return self._titles != before

    @Slot(int, object)
    def _tell_failure(self, chat_id: int, error: KTDeskError) -> None:
        """Tell of a failure where nobody sees its chat."""
        if all(chat.chat_id != chat_id for chat in self.chats):
            self._kept.failed.emit(error)

    def _keep(self) -> None:
        chats, kept = self._kept.store.chats, self.layout.to_json()
        self._kept.attempt(lambda: chats.remember(LAYOUT, kept))
