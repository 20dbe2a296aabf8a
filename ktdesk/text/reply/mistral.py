# SPDX-License-Identifier: Apache-2.0
"""Mistral's calls: a list of JSON objects, or, in newer models, name, id and arguments each."""

from __future__ import annotations

from collections.abc import Sequence

from ktdesk.text.messages import Tool, ToolCall
from ktdesk.text.reply.calls import CallFormat, MalformedCall, call_from, parse_json
from ktdesk.text.reply.json_calls import calls_in

_BEGIN, _ID, _ARGUMENTS = "[TOOL_CALLS]", "[CALL_ID]", "[ARGS]"


def _parse(section: str, tools: Sequence[Tool]) -> list[ToolCall]:
    del tools
    return [call for part in section.split(_BEGIN)[1:] for call in _calls(part.strip())]


def _calls(part: str) -> list[ToolCall]:
    if part.startswith(("[{", "{")):
        return calls_in(parse_json(part))
    head, mark, arguments = part.partition(_ARGUMENTS)
    if not mark:
        raise MalformedCall("no arguments")
    name, _, call_id = head.partition(_ID)
    return [call_from(name, arguments.strip() or None, call_id.strip())]


MISTRAL = CallFormat(begin=(_BEGIN,), inner=(_ID, _ARGUMENTS), parse=_parse)
