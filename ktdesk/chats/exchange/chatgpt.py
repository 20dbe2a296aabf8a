# SPDX-License-Identifier: Apache-2.0
"""ChatGPT's export: `conversations.json`, a list of trees of nodes by id.

A turn of the assistant may be several nodes: thoughts, calls of tools and their results, and the
answer. What people read becomes messages; thoughts go with the answer that follows; the rest is
left out, and what follows it keeps its place in the tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ktdesk.chats.exchange.documents import Document, Node
from ktdesk.chats.exchange.fields import NotAChatError, items, mapping, seconds, text
from ktdesk.chats.records import NewMessage

_INSTRUCTIONS = ("user_editable_context", "model_editable_context")


@dataclass(slots=True)
class _Way:
    """What lies above a node: the place of the last message, and thoughts that wait for one."""

    parent: int | None
    thinking: str = ""


def is_chatgpt(value: object) -> bool:
    """Return whether something is a conversation of ChatGPT's export."""
    return isinstance(mapping(value).get("mapping"), dict)


def chatgpt_document(value: object) -> Document:
    """Return a conversation as a chat with all its branches. Raises NotAChatError."""
    chat = mapping(value)
    tree = mapping(chat.get("mapping"))
    nodes: list[Node] = []
    places = dict[str, int | None]()  # of the last message on the way to each node
    for id_, way in _walk(tree):
        node = mapping(mapping(tree[id_]).get("message"))
        thought, message = _read(node, way.thinking)
        way.thinking = thought
        if message:
            nodes.append(Node(message, way.parent))
            way.parent, way.thinking = len(nodes) - 1, ""
        places[id_] = way.parent
    if not nodes and len(tree) > 2:
        raise NotAChatError("has no messages that can be read")
    current = text(chat.get("current_node"))
    identity = text(chat.get("conversation_id")) or text(chat.get("id"))
    title = text(chat.get("title"))
    return Document(
        title=title,
        nodes=nodes,
        leaf=places.get(current, len(nodes) - 1 if nodes else None),
        has_own_title=bool(title),
        origin=f"chatgpt:{identity}" if identity else "",
        created=seconds(chat.get("create_time")),
        updated=seconds(chat.get("update_time")),
    )


def _walk(tree: Mapping[str, Any]) -> Iterator[tuple[str, _Way]]:
    """Yield each node's id after its parent's, with what lies above it, to be changed.

    Links that lead nowhere or in a circle are those of a root.
    """
    children = dict[str | None, list[str]]()
    for id_ in tree:
        parent = mapping(tree[id_]).get("parent")
        known = parent if isinstance(parent, str) and parent in tree and parent != id_ else None
        children.setdefault(known, []).append(id_)
    seen = set[str]()
    for root in (*children.get(None, ()), *tree):  # the latter for circles
        waiting = [(root, _Way(None))]
        while waiting:
            id_, above = waiting.pop()
            if id_ in seen:
                continue
            seen.add(id_)
            way = _Way(above.parent, above.thinking)
            yield id_, way
            waiting += [(child, way) for child in reversed(_in_order(tree, id_, children))]


def _in_order(
    tree: Mapping[str, Any], id_: str, children: Mapping[str | None, list[str]]
) -> list[str]:
    """Return the children of a node, in the order that it names them in."""
    named = [child for child in items(mapping(tree[id_]).get("children")) if isinstance(child, str)]
    order = {child: at for at, child in enumerate(named)}
    return sorted(children.get(id_, ()), key=lambda child: order.get(child, len(order)))


def _read(message: Mapping[str, Any], thinking: str) -> tuple[str, NewMessage | None]:
    """Return the thoughts so far, and the message of a node if people read it."""
    role = mapping(message.get("author")).get("role")
    content, about = mapping(message.get("content")), mapping(message.get("metadata"))
    kind = text(content.get("content_type"))
    if kind == "thoughts":
        return thinking + _thoughts(content), None
    is_hidden = about.get("is_visually_hidden_from_conversation") is True
    is_for_tool = text(message.get("recipient")) not in ("", "all")
    if role not in ("user", "assistant") or is_hidden or is_for_tool or kind in _INSTRUCTIONS:
        return thinking, None
    said = _content(content)
    if not said:
        return thinking, None
    is_whole = message.get("status") != "in_progress"
    created = seconds(message.get("create_time"))
    if role == "user":
        return "", NewMessage(role="user", content=said, created=created)
    return "", NewMessage(
        role="assistant",
        content=said,
        thinking=thinking.strip(),
        status="done" if is_whole else "stopped",
        model=text(about.get("model_slug")),
        created=created,
    )


def _thoughts(content: Mapping[str, Any]) -> str:
    thoughts = map(mapping, items(content.get("thoughts")))
    parts = (f"{text(t.get('summary'))}\n{text(t.get('content'))}".strip() for t in thoughts)
    return "".join(f"{part}\n\n" for part in parts)


def _content(content: Mapping[str, Any]) -> str:
    """Return the text of a message; pictures, whose files are not in it, are said to be there."""
    if content.get("content_type") == "code":
        return f"```{text(content.get('language'))}\n{text(content.get('text'))}\n```"
    parts: list[str] = []
    for part in items(content.get("parts")):
        if isinstance(part, str):
            parts.append(text(part))
        elif kind := text(mapping(part).get("content_type")):
            spoken = text(mapping(part).get("text"))
            parts.append(spoken or f"[{kind.replace('_', ' ')}]")
    return text("\n\n".join(filter(None, parts)) or text(content.get("text")))
