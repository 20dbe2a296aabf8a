# SPDX-License-Identifier: Apache-2.0
"""What is kept of conversations, as plain values. Times are seconds since 1970."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from ktdesk.text.messages import Role

Status = Literal["pending", "streaming", "done", "stopped", "error"]
ROLES: tuple[str, ...] = get_args(Role)
STATUSES: tuple[str, ...] = get_args(Status)
OPEN: tuple[Status, ...] = ("pending", "streaming")  # an answer that has not ended


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reader is: the first message on the screen, and its pixels above the edge."""

    message_id: int
    offset: int


@dataclass(frozen=True, slots=True)
class Folder:
    """A group of chats."""

    id: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A conversation, without its messages.

    leaf_id: the last message of the branch that is shown; None: there are none. has_own_title: the
    user gave it. settings: what this chat sets otherwise than the program. place None: at the end.
    deleted: when; None: it is not.
    """

    id: int
    title: str
    has_own_title: bool
    folder_id: int | None
    is_pinned: bool
    system_prompt: str
    settings: Mapping[str, Any]
    leaf_id: int | None
    draft: str
    place: Place | None
    created: float
    updated: float
    deleted: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message that is to be stored. created 0.0: now.

    thinking_ms: how long the model thought before it answered. model, settings: what made it.
    stats: measurements, by the names of `ktdesk.Stats`, and `stop_reason`. error: why it failed.
    """

    role: Role
    content: str
    thinking: str = ""
    thinking_ms: int = 0
    status: Status = "done"
    error: str = ""
    model: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    stats: Mapping[str, Any] = field(default_factory=dict[str, Any])
    created: float = 0.0
    updated: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage(NewMessage):
    """One message of a chat's tree.

    parent_id None: it begins the chat. Messages with the same parent are versions of each other.
    """

    id: int
    chat_id: int
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a message. Its bytes are kept by their SHA-256."""

    id: int
    message_id: int
    name: str
    media_type: str
    size_bytes: int
    sha256: str
