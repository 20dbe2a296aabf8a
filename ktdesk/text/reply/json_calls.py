# SPDX-License-Identifier: Apache-2.0
"""Calls as JSON objects, whole or in lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from ktdesk.text.messages import Tool, ToolCall
from ktdesk.text.reply.calls import CallFormat, call_from_object, first_json, parse_json

_HERMES, _PYTHON, _GRANITE = "<tool_call>", "<|python_tag|>", "<|tool_call|>"


def calls_in(value: Any) -> list[ToolCall]:
    """Return the call, or the calls, that a JSON value describes. Raises MalformedCall."""
    values = cast("list[Any]", value) if isinstance(value, list) else [value]
    return [call_from_object(one) for one in values]


def _parse_hermes(section: str, tools: Sequence[Tool]) -> list[ToolCall]:
    del tools
    return calls_in(parse_json(section.removeprefix(_HERMES)))


def _parse_granite(section: str, tools: Sequence[Tool]) -> list[ToolCall]:
    del tools
    return calls_in(parse_json(section.removeprefix(_GRANITE)))


def _parse_llama(section: str, tools: Sequence[Tool]) -> list[ToolCall]:
    """Take calls that stand one after another, with or without semicolons."""
    del tools
    text, calls = section.removeprefix(_PYTHON), list[ToolCall]()
    while text.strip():
        value, text = first_json(text)
        calls += calls_in(value)
        text = text.lstrip("; \n")
    return calls


# Nous Hermes, Qwen2.5, Qwen3 and many after them.
HERMES = CallFormat(begin=(_HERMES,), end="</tool_call>", parse=_parse_hermes)
GRANITE = CallFormat(begin=(_GRANITE,), parse=_parse_granite)
# Llama writes no mark, but its call is the whole reply.
LLAMA = CallFormat(
    begin=('{"name"', '{"type": "function"', _PYTHON), is_first=True, parse=_parse_llama
)
