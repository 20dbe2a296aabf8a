# SPDX-License-Identifier: Apache-2.0
"""Messages of Anthropic's API, which consist of blocks, and the engine's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from ktdesk.server.calls import arguments_of
from ktdesk.server.failures import ApiError
from ktdesk.server.fields import Loose, Schema
from ktdesk.text.messages import Message, ToolCall


class Block(Loose):
    """A part of a message. Which fields it has depends on its type."""

    type: str
    text: str | None = None
    thinking: str | None = None
    id: str | None = None
    name: str | None = None
    input: Schema | None = None
    tool_use_id: str | None = None
    content: str | list[ResultBlock] | None = None
    is_error: bool | None = None


class ResultBlock(Loose):
    """A part of what a tool gave."""

    type: str
    text: str | None = None


class Turn(Loose):
    """A turn of a conversation."""

    role: Literal["user", "assistant", "system"]
    content: str | Annotated[list[Block], Field(min_length=1)]


def messages_of(turns: list[Turn]) -> Iterator[Message]:
    """Yield turns as the engine has them: results of tools are messages of their own.

    Raises ApiError for what is neither text nor thinking nor about tools.
    """
    for turn in turns:
        if isinstance(turn.content, str):
            yield Message(turn.role, turn.content)
            continue
        results = [block for block in turn.content if block.type == "tool_result"]
        for block in results:
            yield Message("tool", _result(block), tool_call_id=block.tool_use_id or "")
        rest = [block for block in turn.content if block.type != "tool_result"]
        if rest:
            yield _message(turn.role, rest)


def text_of(content: str | list[ResultBlock] | None) -> str:
    """Return the text of a content. Raises ApiError for anything else in it."""
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(_text(block) for block in content)


def _message(role: Literal["user", "assistant", "system"], blocks: list[Block]) -> Message:
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[ToolCall] = []
    for block in blocks:
        match block.type:
            case "thinking":
                thoughts.append(block.thinking or "")
            case "redacted_thinking":
                pass  # of another model, and closed to this one
            case "tool_use" if role == "assistant" and block.name and block.id:
                calls.append(ToolCall(block.name, json.dumps(block.input or {}), block.id))
            case _:
                texts.append(_text(block))
    return Message(role, "\n\n".join(texts), "\n\n".join(thoughts), tuple(calls))


def _result(block: Block) -> str:
    text = text_of(block.content)
    return f"Error: {text}" if block.is_error else text


def _text(block: Block | ResultBlock) -> str:
    if block.type != "text" or block.text is None:
        raise ApiError(400, f"Models read text only here, not {block.type[:50]!r}.")
    return block.text


def block_of(call: ToolCall) -> dict[str, Any]:
    """Return a call as a block."""
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": arguments_of(call)}


Block.model_rebuild()
