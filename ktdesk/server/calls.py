# SPDX-License-Identifier: Apache-2.0
"""Calls of functions as clients may order them: at least one, a certain one, at most one.

Each family of models writes calls in a notation of its own, and only when it wants to. A call that
must come is therefore written as JSON, held to a schema of the functions' names and arguments.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ktdesk.runtime.request import Done, Token
from ktdesk.server.failures import ApiError
from ktdesk.server.job import Item
from ktdesk.text.messages import Tool, ToolCall


@dataclass(frozen=True, slots=True)
class CallRule:
    """must_call: the answer is one call. at_most_one: what comes after the first is left out."""

    must_call: bool = False
    at_most_one: bool = False


def call_schema(tools: Sequence[Tool], name: str | None = None) -> str:
    """Return the JSON schema of one call of these functions. name: the only one allowed.

    Raises ApiError if there is no such function.
    """
    chosen = [tool for tool in tools if name in (None, tool.name)]
    if not chosen:
        known = f"The function {name!r} is not among the tools." if name else "There are no tools."
        raise ApiError(400, f"{known} One was to be called.", param="tool_choice")
    kinds = [_schema_of(tool) for tool in chosen]
    return json.dumps(kinds[0] if len(kinds) == 1 else {"anyOf": kinds})


def _schema_of(tool: Tool) -> dict[str, Any]:
    parameters = dict(tool.parameters)
    # What a schema defines for itself is looked up from the root.
    root = {key: parameters.pop(key) for key in ("$defs", "definitions") if key in parameters}
    return {
        **root,
        "type": "object",
        "properties": {"name": {"const": tool.name}, "arguments": parameters},
        "required": ["name", "arguments"],
        "additionalProperties": False,
    }


def arguments_of(call: ToolCall) -> dict[str, Any]:
    """Return the arguments of a call as an object; text that is none is its only argument."""
    try:
        arguments = json.loads(call.arguments)
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        return {"arguments": call.arguments}
    return cast("dict[str, Any]", arguments)


async def as_call(items: AsyncIterator[Item]) -> AsyncIterator[Item]:
    """Yield items with the text of the answer as a call; one that was cut stays text."""
    text = ""
    async for item in items:
        match item:
            case Token(token, more, "answer", chances):
                text += more
                yield Token(token, "", "answer", chances)
            case Done():
                yield _call(text) or Token(None, text)
                yield item
            case _:
                yield item


def _call(text: str) -> ToolCall | None:
    try:
        call = json.loads(text)
        return ToolCall(call["name"], json.dumps(call["arguments"], ensure_ascii=False))
    except (ValueError, TypeError, KeyError):
        return None


async def first_call_only(
    items: AsyncIterator[Item], stop: Callable[[], None]
) -> AsyncIterator[Item]:
    """Yield items up to the first call, and the end. stop: stops the answer."""
    is_called = False
    async for item in items:
        if is_called and isinstance(item, (ToolCall, Token)):
            continue
        yield item
        if isinstance(item, ToolCall):
            is_called = True
            stop()
