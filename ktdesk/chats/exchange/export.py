# SPDX-License-Identifier: Apache-2.0
"""Writing chats: Markdown to read, our JSON without loss, and messages as OpenAI's API has them."""

from __future__ import annotations

import base64
import dataclasses
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from ktdesk.chats.exchange.documents import Document, Node, documents
from ktdesk.chats.store import ChatStore
from ktdesk.errors import ChatsError
from ktdesk.whole_file import whole_file

Kind = Literal["json", "markdown", "openai"]
FORMAT, VERSION = "ktdesk-chats", 1
_NAMES = {"system": "Instructions", "user": "You", "assistant": "Answer", "tool": "Result"}


def export_chats(
    store: ChatStore, path: Path, kind: Kind, chat_ids: Sequence[int] | None = None
) -> int:
    """Write chats to a file, by default all; return how many.

    'json' holds everything and can be imported again; 'markdown' and 'openai' hold the branch that
    is shown. The file is written whole or not at all. Raises ChatsError.
    """
    write: dict[Kind, Callable[[Sequence[Document]], str]] = {
        "json": own_json,
        "markdown": markdown,
        "openai": openai_json,
    }
    chats = list(documents(store, chat_ids))
    try:
        with whole_file(path) as file:
            file.write(write[kind](chats).encode())
    except OSError as error:
        raise ChatsError(
            f"The chats cannot be written to {path}: {error.strerror or error}.",
            hint="Choose another folder, or free some space.",
        ) from error
    return len(chats)


def own_json(chats: Sequence[Document]) -> str:
    """Return everything, so that importing gives the same chats."""
    values = {"format": FORMAT, "version": VERSION, "chats": [_chat(chat) for chat in chats]}
    return json.dumps(values, ensure_ascii=False, indent=1)


def openai_json(chats: Sequence[Document]) -> str:
    """Return what is shown of the chats, as lists of role and content."""
    values = [{"title": chat.title, "messages": _openai_messages(chat)} for chat in chats]
    return json.dumps(values[0] if len(values) == 1 else values, ensure_ascii=False, indent=1)


def markdown(chats: Sequence[Document]) -> str:
    """Return what is shown of the chats, to be read."""
    return "\n\n---\n\n".join(_markdown(chat) for chat in chats) + "\n"


def _chat(chat: Document) -> dict[str, Any]:
    values = {
        field.name: getattr(chat, field.name)
        for field in dataclasses.fields(chat)
        if field.name not in ("nodes", "origin")
    }
    return {**values, "settings": dict(chat.settings), "messages": list(map(_node, chat.nodes))}


def _node(node: Node) -> dict[str, Any]:
    values: dict[str, Any] = {"parent": node.parent}
    for field in dataclasses.fields(node.message):
        value = getattr(node.message, field.name)
        if value or field.name in ("role", "content"):
            values[field.name] = value
    if node.files:
        values["files"] = [
            {
                "name": file.name,
                "media_type": file.media_type,
                "data": base64.b64encode(file.data).decode("ascii"),
            }
            for file in node.files
        ]
    return values


def _openai_messages(chat: Document) -> list[dict[str, str]]:
    said = [{"role": "system", "content": chat.system_prompt}] if chat.system_prompt else []
    for node in chat.shown():
        message = {"role": node.message.role, "content": node.message.content}
        if node.message.thinking:
            message["reasoning_content"] = node.message.thinking
        said.append(message)
    return said


def _markdown(chat: Document) -> str:
    parts = [f"# {chat.title or 'Chat'}"]
    if chat.system_prompt:
        parts.append(f"**Instructions:** {chat.system_prompt}")
    for node in chat.shown():
        message = node.message
        who = message.model if message.role == "assistant" and message.model else ""
        when = _time(message.created)
        head = " · ".join(filter(None, (_NAMES[message.role], who, when)))
        parts.append(f"## {head}")
        if message.thinking:
            thought = "\n".join(f"> {line}".rstrip() for line in message.thinking.splitlines())
            parts.append(thought)
        parts += [f"*Attached: {file.name}*" for file in node.files]
        parts.append(message.content.strip("\n"))
    return "\n\n".join(part for part in parts if part)


def _time(seconds: float) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds).astimezone():%Y-%m-%d %H:%M}" if seconds else ""
    except (ValueError, OverflowError, OSError):
        return ""
