# SPDX-License-Identifier: Apache-2.0
"""The branch of a chat that is shown, as a list model: a window on the store.

It holds the ids of all messages, and the texts only of those near what is looked at. An answer that
grows is ahead of the store by at most a second, and lies over its row.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import Enum, auto
from typing import Any, Literal

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from ktdesk import Message, Stats
from ktdesk.chats import ChatStore, Status, StoredMessage
from ktdesk.chats.conversation import conversation_of
from ktdesk.chats.find import find_in
from ktdesk.errors import ChatsError

PAGE = 64  # messages that are read at once
KEPT_PAGES = 8


class MessageState(Enum):
    """Where a message stands."""

    WHOLE = auto()
    WAITING = auto()  # an answer that has not begun, since others are before it
    GROWING = auto()
    STOPPED = auto()
    FAILED = auto()
    UNANSWERED = auto()  # a question that failed, or was stopped before the first word


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One row. An answer that has ended has stats; is_cut: it reached its greatest length.

    reasoning: what the model thought before its answer, in thinking_ms. versions: the ids of the
    messages that can stand here, `id` among them. model, settings: what made it.
    """

    role: Literal["user", "assistant"]
    text: str
    state: MessageState = MessageState.WHOLE
    stats: Stats | None = None
    is_cut: bool = False
    reasoning: str = ""
    thinking_ms: int = 0
    id: int = 0
    versions: tuple[int, ...] = ()
    model: str = ""
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    error: str = ""
    stop_reason: str = ""
    created: float = 0.0
    is_last: bool = False

    @property
    def version(self) -> tuple[int, int]:
        """Which version this is, from 1 on, and how many there are."""
        if self.id not in self.versions:
            return 1, 1
        return self.versions.index(self.id) + 1, len(self.versions)

    @property
    def has_ended(self) -> bool:
        """Whether nothing more comes."""
        return self.state not in (MessageState.WAITING, MessageState.GROWING)

    @property
    def can_go_on(self) -> bool:
        """Whether this is the last answer, and was ended by something else than the model."""
        is_ended = self.state in (MessageState.STOPPED, MessageState.FAILED) or self.is_cut
        return self.is_last and self.role == "assistant" and is_ended


MESSAGE_ROLE = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex
_STATES: dict[Status, MessageState] = {
    "pending": MessageState.GROWING,
    "streaming": MessageState.GROWING,
    "done": MessageState.WHOLE,
    "stopped": MessageState.STOPPED,
    "error": MessageState.FAILED,
}


class MessageList(QAbstractListModel):
    """Rows of ChatMessage: DisplayRole is the text, MESSAGE_ROLE the whole.

    failed: a ChatsError, when messages cannot be read; they are then empty.
    """

    failed = Signal(object)

    def __init__(self, store: ChatStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._ids: list[int] = []
        self._rows: dict[int, int] = {}
        self._cache: OrderedDict[int, ChatMessage] = OrderedDict()
        self._ahead: ChatMessage | None = None  # of the store: the answer that grows
        self._state = 0  # counts what may change what was said
        self._said: tuple[int, tuple[Message, ...]] = (-1, ())  # at which state

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008, N802, RUF100 - Qt's
        """Return how many messages there are."""
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the text or the message of a row."""
        if not index.isValid() or index.row() >= len(self._ids):
            return None
        if role not in (MESSAGE_ROLE, Qt.ItemDataRole.DisplayRole):
            return None
        message = self[index.row()]
        return message if role == MESSAGE_ROLE else message.text

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, row: int) -> ChatMessage:
        """Return a message."""
        row = range(len(self._ids))[row]
        id_ = self._ids[row]
        if self._ahead and self._ahead.id == id_:
            return self._ahead
        if id_ not in self._cache:
            self._read(row)
        return self._cache[id_]

    @property
    def ids(self) -> Sequence[int]:
        """The ids of the messages."""
        return self._ids

    def row_of(self, message_id: int) -> int | None:
        """Return the row of a message, if it is shown."""
        return self._rows.get(message_id)

    def show(self, ids: Sequence[int]) -> None:
        """Show these messages; rows that are the same at the beginning stay untouched."""
        self._cache.clear()
        self._state += 1
        same = 0
        for old, new in zip(self._ids, ids, strict=False):
            if old != new:
                break
            same += 1
        if same == 0 and self._ids:
            self.beginResetModel()
            self._set(list(ids))
            self.endResetModel()
            return
        if same < len(self._ids):
            self.beginRemoveRows(QModelIndex(), same, len(self._ids) - 1)
            self._set(self._ids[:same])
            self.endRemoveRows()
        if same < len(ids):
            self.beginInsertRows(QModelIndex(), same, len(ids) - 1)
            self._set(list(ids))
            self.endInsertRows()
        if same:  # whether they are answered, and their versions
            self.dataChanged.emit(self.index(0), self.index(same - 1))

    def refresh(self, row: int) -> None:
        """Read a row anew."""
        self._cache.pop(self._ids[row], None)
        self._state += 1
        index = self.index(row)
        self.dataChanged.emit(index, index)

    def set_ahead(self, message: ChatMessage | None) -> None:
        """Let a message that grows stand before what is stored of it; None: it is stored whole."""
        ended, self._ahead = self._ahead, message
        changed = message or ended
        row = self.row_of(changed.id) if changed else None
        if row is not None:
            self.refresh(row)

    def pictures(self, message: ChatMessage) -> list[bytes]:
        """Return the pictures that are attached to a message, as far as they can be read."""
        pictures: list[bytes] = []
        for attachment in self._store.attachments.of([message.id]).get(message.id, ()):
            try:
                pictures.append(self._store.attachments.read(attachment))
            except ChatsError:
                continue
        return pictures

    def conversation(self) -> tuple[Message, ...]:
        """Return what the model shall read: all but questions without an answer.

        Of answers what there is counts; a question at the end counts as one. From any thread.
        """
        now, ids = self._state, self._ids
        known, conversation = self._said
        if known != now:
            found = self._store.messages.load(ids)
            conversation = conversation_of([found[id_] for id_ in ids if id_ in found])
            self._said = (now, conversation)
        return conversation

    def find(self, words: str, report: Callable[[float], None]) -> list[tuple[int, int]]:
        """Return which messages have words, and how often; see `find_in`. From any thread."""
        return find_in(self._store, self._ids, words, report)

    def _set(self, ids: list[int]) -> None:
        self._ids = ids
        self._rows = {id_: row for row, id_ in enumerate(ids)}

    def _read(self, row: int) -> None:
        first = row // PAGE * PAGE
        ids = self._ids[first : first + PAGE + 1]  # and one more: is the last one answered?
        try:
            stored = self._store.messages.load(ids)
            versions = self._store.messages.versions(ids)
        except ChatsError as error:
            stored, versions = dict[int, StoredMessage](), dict[int, tuple[int, ...]]()
            self.failed.emit(error)
        for id_, after in zip(ids[:PAGE], [*ids[1:], 0], strict=False):
            message = _chat_message(stored.get(id_), versions.get(id_, ()), id_)
            following = stored.get(after)
            if message.role == "user" and (following is None or following.role == "user"):
                message = replace(message, state=MessageState.UNANSWERED)
            self._cache[id_] = replace(message, is_last=id_ == self._ids[-1])
        while len(self._cache) > KEPT_PAGES * PAGE:
            self._cache.popitem(last=False)


def _chat_message(stored: StoredMessage | None, versions: tuple[int, ...], id_: int) -> ChatMessage:
    if stored is None:  # another program has deleted it for good
        return ChatMessage("assistant", "", id=id_)
    stats, reason = stats_of(stored), str(stored.stats.get("stop_reason", ""))
    return ChatMessage(
        "user" if stored.role == "user" else "assistant",
        stored.content,
        _STATES[stored.status],
        stats,
        reason in ("length", "context"),
        stored.thinking,
        stored.thinking_ms,
        id_,
        versions,
        stored.model,
        dict(stored.settings),
        stored.error,
        reason,
        stored.created,
    )


def stats_of(stored: StoredMessage) -> Stats | None:
    """Return the measurements of a message; None if it has none, or not all."""
    values = {f.name: stored.stats[f.name] for f in fields(Stats) if f.name in stored.stats}
    try:
        return Stats(**values)
    except TypeError:
        return None
