# SPDX-License-Identifier: Apache-2.0
"""Conversations as chat templates read them: fresh plain values, as `transformers` gives them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from ktdesk.text.messages import Message, TemplateOptions, Tool, ToolCall

# DeepSeek's older templates know a turn that only calls tools by its missing content. Others fail
# on one.
_TAKES_NONE = re.compile(
    r"""['"]assistant['"] and message(\.content|\[['"]content['"]\]) is (not )?none"""
)

# The template of gpt-oss refuses both beside a call, and writes either as reasoning.
_TAKES_ONE_TEXT = "message.content and message.thinking"


def messages_for(messages: Sequence[Message], source: str) -> list[dict[str, Any]]:
    """Return a conversation for the template with this source."""
    takes_none = _TAKES_NONE.search(source) is not None
    takes_one_text = _TAKES_ONE_TEXT in source
    return [_turn(_in_one_text(m) if takes_one_text else m, takes_none) for m in messages]


def tools_for(tools: Sequence[Tool]) -> list[dict[str, Any]] | None:
    """Return the functions that are offered; None if there are none."""
    functions = [
        {"name": t.name, "description": t.description, "parameters": dict(t.parameters)}
        for t in tools
    ]
    return [{"type": "function", "function": _plain(f)} for f in functions] or None


def options_for(options: TemplateOptions) -> dict[str, Any]:
    """Return what else a template is told, under the names that the families use."""
    values: dict[str, Any] = {"documents": None, **_plain(dict(options.variables))}
    if options.thinking is not None:
        values |= {"enable_thinking": options.thinking, "thinking": options.thinking}
    if options.reasoning_effort is not None:
        values["reasoning_effort"] = options.reasoning_effort
    return values


def _turn(message: Message, takes_none: bool) -> dict[str, Any]:
    turn: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.reasoning:
        turn |= {"reasoning_content": message.reasoning, "thinking": message.reasoning}
    if message.tool_calls:
        turn["tool_calls"] = [_call(call) for call in message.tool_calls]
        if takes_none and not message.content:
            turn["content"] = None
    if message.tool_call_id:
        turn["tool_call_id"] = message.tool_call_id
    if message.name:
        turn["name"] = message.name
    return turn


def _in_one_text(message: Message) -> Message:
    """Return a turn that calls with all its words as reasoning."""
    if not (message.tool_calls and message.content and message.reasoning):
        return message
    return replace(message, content="", reasoning=f"{message.reasoning}\n\n{message.content}")


def _call(call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": _arguments(call.arguments)}
    return {"type": "function", "id": call.id, "function": function}


class _Arguments(dict[str, Any]):
    """Arguments of a call, which most templates read as a mapping and DeepSeek's join as text."""

    def __init__(self, values: dict[str, Any], text: str) -> None:
        super().__init__(values)
        self._text = text

    def __str__(self) -> str:
        return self._text

    def __add__(self, other: str) -> str:
        return self._text + other

    def __radd__(self, other: str) -> str:
        return other + self._text


def _arguments(text: str) -> _Arguments | str:
    """Return the arguments of a call; text that is no JSON object stays what it is."""
    try:
        values = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return text
    if not isinstance(values, dict):
        return text
    return _Arguments(cast("dict[str, Any]", values), text or "{}")


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value))
