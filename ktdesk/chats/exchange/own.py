# SPDX-License-Identifier: Apache-2.0
"""Reading what `export` has written: our JSON, and messages as OpenAI's API has them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any, cast

from ktdesk.chats.exchange.documents import Document, File, Node
from ktdesk.chats.exchange.export import FORMAT, VERSION
from ktdesk.chats.exchange.fields import NotAChatError, items, mapping, seconds, text, whole
from ktdesk.chats.records import OPEN, ROLES, STATUSES, NewMessage, Status
from ktdesk.text.messages import Role


def is_own(value: object) -> bool:
    """Return whether a file is of our own format."""
    return mapping(value).get("format") == FORMAT


def own_chats(value: object) -> list[Any]:
    """Return the chats of our own format. Raises NotAChatError if it is a newer one."""
    version = mapping(value).get("version")
    if version != VERSION:
        raise NotAChatError(f"is of version {version!r}, which only a newer KTDesk reads")
    return items(mapping(value).get("chats"))


def own_document(value: object) -> Document:
    """Return one chat of our own format. Raises NotAChatError."""
    chat = mapping(value)
    if "messages" not in chat:
        raise NotAChatError("has no messages")
    nodes = [_node(mapping(item), at) for at, item in enumerate(items(chat["messages"]))]
    leaf = whole(chat.get("leaf"), most=len(nodes) - 1)
    return Document(
        title=text(chat.get("title")),
        nodes=nodes,
        leaf=leaf if leaf is not None or not nodes else len(nodes) - 1,
        has_own_title=chat.get("has_own_title") is True,
        folder=text(chat.get("folder")),
        is_pinned=chat.get("is_pinned") is True,
        system_prompt=text(chat.get("system_prompt")),
        settings=mapping(chat.get("settings")),
        draft=text(chat.get("draft")),
        created=seconds(chat.get("created")),
        updated=seconds(chat.get("updated")),
    )


def is_openai(value: object) -> bool:
    """Return whether something is a chat as messages of OpenAI's API, or a list of these."""
    messages = items(mapping(value).get("messages")) or items(value)
    return bool(messages) and all("role" in mapping(item) for item in messages)


def openai_document(value: object) -> Document:
    """Return a chat of OpenAI's messages. Raises NotAChatError."""
    chat = mapping(value)
    system: list[str] = []
    nodes: list[Node] = []
    for item in map(mapping, items(chat.get("messages")) or items(value)):
        role, content = item.get("role"), content_text(item.get("content"))
        if role in ("system", "developer") and not nodes:
            system.append(content)
        elif role in ROLES:
            thinking = text(item.get("reasoning_content")) or text(item.get("reasoning"))
            message = NewMessage(role=cast("Role", role), content=content, thinking=thinking)
            nodes.append(Node(message, len(nodes) - 1 if nodes else None))
    return Document(
        title=text(chat.get("title")),
        nodes=nodes,
        leaf=len(nodes) - 1 if nodes else None,
        system_prompt="\n\n".join(system),
    )


def content_text(content: object) -> str:
    """Return a text, or the texts among the parts that OpenAI's API and LM Studio have for it."""
    if isinstance(content, str):
        return text(content)
    texts = (text(mapping(part).get("text")) for part in items(content))
    return text("".join(texts))


def _node(item: Mapping[str, Any], at: int) -> Node:
    role, status = item.get("role"), item.get("status", "done")
    if role not in ROLES:
        raise NotAChatError(f"has a message of the role {role!r}")
    parent = whole(item.get("parent"), most=at - 1) if at else None
    is_known = status in STATUSES and status not in OPEN
    message = NewMessage(
        role=cast("Role", role),
        content=text(item.get("content")),
        thinking=text(item.get("thinking")),
        thinking_ms=whole(item.get("thinking_ms")) or 0,
        status=cast("Status", status) if is_known else "stopped",
        error=text(item.get("error")),
        model=text(item.get("model")),
        settings=mapping(item.get("settings")),
        stats=mapping(item.get("stats")),
        created=seconds(item.get("created")),
        updated=seconds(item.get("updated")),
    )
    return Node(message, parent, tuple(map(_file, map(mapping, items(item.get("files"))))))


def _file(item: Mapping[str, Any]) -> File:
    try:
        data = base64.b64decode(str(item.get("data", "")), validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotAChatError("has an attached file that is damaged") from error
    return File(text(item.get("name")), text(item.get("media_type")), data)
