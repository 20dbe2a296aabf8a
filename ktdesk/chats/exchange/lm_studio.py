# SPDX-License-Identifier: Apache-2.0
"""LM Studio's `*.conversation.json`: a list of messages, each with versions of which one is shown.

An answer is made of steps: blocks of content, of which some are styled as thinking. What follows a
message follows its chosen version, since the file does not say which version it was written for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ktdesk.chats.exchange.documents import Document, Node
from ktdesk.chats.exchange.fields import NotAChatError, items, mapping, seconds, text, whole
from ktdesk.chats.exchange.own import content_text
from ktdesk.chats.records import NewMessage
from ktdesk.text.messages import Role

SYSTEM = "llm.prediction.systemPrompt"
# Names of LM Studio's figures, and ours.
_STATS = {
    "promptTokensCount": "prompt_tokens",
    "predictedTokensCount": "generated_tokens",
    "timeToFirstTokenSec": "first_token_s",
}
_REASONS = {
    "eosFound": "end",
    "stopStringFound": "stop",
    "maxPredictedTokensReached": "length",
    "contextLengthReached": "context",
    "userStopped": "cancelled",
}


def is_lm_studio(value: object) -> bool:
    """Return whether a file is a conversation of LM Studio."""
    messages = items(mapping(value).get("messages"))
    has_versions = any("versions" in mapping(message) for message in messages)
    return has_versions or (not messages and "perChatPredictionConfig" in mapping(value))


def lm_studio_document(value: object) -> Document:
    """Return the conversation of a file. Raises NotAChatError."""
    chat = mapping(value)
    created = seconds(chat.get("createdAt"), divisor=1000)
    nodes: list[Node] = []
    parent: int | None = None
    for message in map(mapping, items(chat.get("messages"))):
        versions = [mapping(version) for version in items(message.get("versions"))]
        if not versions:
            raise NotAChatError("has a message without a version")
        chosen = whole(message.get("currentlySelected"), most=len(versions) - 1) or 0
        first = len(nodes)
        nodes += [Node(_message(version, created), parent) for version in versions]
        parent = first + chosen
    last = max(
        seconds(chat.get(name), divisor=1000)
        for name in ("assistantLastMessagedAt", "userLastMessagedAt", "createdAt")
    )
    name = text(chat.get("name"))
    return Document(
        title=name,
        nodes=nodes,
        leaf=parent,
        has_own_title=bool(name),
        is_pinned=chat.get("pinned") is True,
        system_prompt=_system(chat),
        draft=text(chat.get("clientInput")),
        origin=f"lm-studio:{created}:{name}" if created else "",
        created=created,
        updated=last,
    )


def _message(version: Mapping[str, Any], created: float) -> NewMessage:
    role = cast("Role", "assistant" if version.get("role") == "assistant" else "user")
    if version.get("role") == "system":
        role = "system"
    if version.get("type") != "multiStep":
        return NewMessage(role=role, content=content_text(version.get("content")), created=created)
    content, thinking, model = "", "", ""
    stats: dict[str, Any] = {}
    for step in map(mapping, items(version.get("steps"))):
        if step.get("type") != "contentBlock":
            continue
        said = content_text(step.get("content"))
        if mapping(step.get("style")).get("type") == "thinking":
            thinking += said
        else:
            content += said
        info = mapping(step.get("genInfo"))
        model = text(info.get("indexedModelIdentifier")) or text(info.get("identifier")) or model
        stats.update(_stats(mapping(info.get("stats"))))
    status = "stopped" if stats.get("stop_reason") == "cancelled" else "done"
    return NewMessage(
        role=role, content=content, thinking=thinking, model=model, stats=stats, status=status,
        created=created,
    )  # fmt: skip


def _stats(found: Mapping[str, Any]) -> dict[str, Any]:
    stats = {
        ours: found[theirs]
        for theirs, ours in _STATS.items()
        if isinstance(found.get(theirs), int | float)
    }
    if reason := _REASONS.get(text(found.get("stopReason"))):
        stats["stop_reason"] = reason
    return stats


def _system(chat: Mapping[str, Any]) -> str:
    fields = items(mapping(chat.get("perChatPredictionConfig")).get("fields"))
    for field in map(mapping, fields):
        if field.get("key") == SYSTEM and (found := text(field.get("value"))):
            return found
    return text(chat.get("systemPrompt"))
