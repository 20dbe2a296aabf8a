# SPDX-License-Identifier: Apache-2.0
"""A chat on its way between a store and a file: plain values, a tree by places in a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from ktdesk.chats.records import OPEN, NewMessage
from ktdesk.chats.store import ChatStore
from ktdesk.errors import ChatsError


@dataclass(frozen=True, slots=True)
class File:
    """Something attached to a message."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Node:
    """A message. parent: its place in the list of nodes, before its own; None: it begins."""

    message: NewMessage
    parent: int | None
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A chat. leaf: the place of the last message that is shown. origin: what it was read from."""

    title: str
    nodes: Sequence[Node]
    leaf: int | None
    has_own_title: bool = False
    folder: str = ""
    is_pinned: bool = False
    system_prompt: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    draft: str = ""
    origin: str = ""
    created: float = 0.0
    updated: float = 0.0

    def shown(self) -> list[Node]:
        """Return the branch that is shown, from its first message on."""
        branch: list[Node] = []
        at = self.leaf
        while at is not None:
            branch.append(self.nodes[at])
            at = self.nodes[at].parent
        return branch[::-1]


def documents(store: ChatStore, chat_ids: Sequence[int] | None = None) -> Iterator[Document]:
    """Yield chats as documents; by default all that are not deleted. Raises ChatsError."""
    folders = {folder.id: folder.title for folder in store.chats.folders()}
    ids = [chat.id for chat in store.chats.all()] if chat_ids is None else chat_ids
    for chat_id in ids:
        chat = store.chats.get(chat_id)
        nodes, places = _nodes(store, chat_id)
        path = store.messages.path(chat_id)
        yield Document(
            title=chat.title,
            nodes=nodes,
            leaf=places[path[-1]] if path else None,
            has_own_title=chat.has_own_title,
            folder=folders.get(chat.folder_id or 0, ""),
            is_pinned=chat.is_pinned,
            system_prompt=chat.system_prompt,
            settings=chat.settings,
            draft=chat.draft,
            created=chat.created,
            updated=chat.updated,
        )


def add_document(store: ChatStore, document: Document) -> int:
    """Store a document as a new chat, whole or not at all; return its id. Raises ChatsError."""
    with store.at_once():
        folder = _folder(store, document.folder) if document.folder else None
        chat_id = store.chats.new(
            document.title,
            folder_id=folder,
            system_prompt=document.system_prompt,
            settings=document.settings,
            origin=document.origin,
        )
        if document.has_own_title:
            store.chats.rename(chat_id, document.title)
        if document.is_pinned:
            store.chats.pin(chat_id, is_pinned=True)
        if document.draft:
            store.chats.set_draft(chat_id, document.draft)
        ids: list[int] = []
        for node in document.nodes:
            parent = None if node.parent is None else ids[node.parent]
            ids.append(store.messages.add(chat_id, node.message, parent_id=parent))
            for file in node.files:
                store.attachments.add(ids[-1], file.name, file.media_type, file.data)
        if document.leaf is not None:
            store.messages.show_path_to(ids[document.leaf])
        store.chats.set_times(chat_id, document.created, document.updated)
    return chat_id


def _nodes(store: ChatStore, chat_id: int) -> tuple[list[Node], dict[int, int]]:
    """Return the messages of a chat that are not deleted, and where each is in the list."""
    parents = store.messages.parents(chat_id)
    messages = store.messages.load(list(parents))
    nodes: list[Node] = []
    places = dict[int, int]()
    for id_, parent in parents.items():
        message = messages[id_]
        places[id_] = len(nodes)
        values = {item.name: getattr(message, item.name) for item in fields(NewMessage)}
        new = NewMessage(**values)
        if new.status in OPEN:
            new = replace(new, status="stopped")
        nodes.append(Node(new, None if parent is None else places[parent], _files(store, id_)))
    return nodes, places


def _files(store: ChatStore, message_id: int) -> tuple[File, ...]:
    files: list[File] = []
    for attachment in store.attachments.of([message_id]).get(message_id, ()):
        try:
            data = store.attachments.read(attachment)
        except ChatsError:  # its content is lost; that it was there is worth keeping
            data = b""
        files.append(File(attachment.name, attachment.media_type, data))
    return tuple(files)


def _folder(store: ChatStore, title: str) -> int:
    known = {folder.title: folder.id for folder in store.chats.folders()}
    return known[title] if title in known else store.chats.new_folder(title)
