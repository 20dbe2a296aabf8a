# SPDX-License-Identifier: Apache-2.0
"""Sections of calls whose parts are control tokens: DeepSeek's and Kimi's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ktdesk.text.messages import Tool, ToolCall
from ktdesk.text.reply.calls import CallFormat, MalformedCall, call_from


def _deepseek(name: str) -> str:
    bar, low = "\N{FULLWIDTH VERTICAL LINE}", "\N{LOWER ONE EIGHTH BLOCK}"
    return f"<{bar}{name.replace(' ', low)}{bar}>"


_DEEPSEEK_CALL, _DEEPSEEK_SEPARATOR = _deepseek("tool call begin"), _deepseek("tool sep")
_DEEPSEEK_CALL_END = _deepseek("tool call end")
_IN_FENCE = re.compile(r"\s*([^\n{]+)\n```json\n(.*)\n```\s*", re.DOTALL)

_KIMI_CALL, _KIMI_ARGUMENTS = "<|tool_call_begin|>", "<|tool_call_argument_begin|>"
_KIMI_CALL_END = "<|tool_call_end|>"
_KIMI_ID = re.compile(r"(?:functions\.)?(.+?)(?::\d+)?")


def _parse_deepseek(section: str, tools: Sequence[Tool]) -> list[ToolCall]:
    """Take what V3 and R1 write, a kind, a name and a fence, or V3.1, name and arguments."""
    del tools
    calls: list[ToolCall] = []
    for body in _bodies(section, DEEPSEEK.begin[0], _DEEPSEEK_CALL, _DEEPSEEK_CALL_END):
        head, _, rest = body.partition(_DEEPSEEK_SEPARATOR)
        fenced = _IN_FENCE.fullmatch(rest)
        name, arguments = fenced.groups() if fenced else (head, rest)
        calls.append(call_from(name, arguments))
    return calls


def _parse_kimi(section: str, tools: Sequence[Tool]) -> list[ToolCall]:
    """Take the function from the id: functions.get_weather:0."""
    del tools
    calls: list[ToolCall] = []
    for body in _bodies(section, KIMI.begin[0], _KIMI_CALL, _KIMI_CALL_END):
        call_id, _, arguments = body.partition(_KIMI_ARGUMENTS)
        match = _KIMI_ID.fullmatch(call_id.strip())
        calls.append(call_from(match and match[1], arguments, call_id.strip()))
    return calls


def _bodies(section: str, begin: str, call_begin: str, call_end: str) -> Iterator[str]:
    """Yield what stands within each call. Raises MalformedCall for text between them."""
    before, *pieces = section.removeprefix(begin).split(call_begin)
    between = [before]
    for piece in pieces:
        body, _, after = piece.partition(call_end)
        between.append(after)
        yield body
    if any(text.strip() for text in between):
        raise MalformedCall("text between calls")


DEEPSEEK = CallFormat(
    begin=(_deepseek("tool calls begin"),),
    end=_deepseek("tool calls end"),
    ends_reasoning=True,
    inner=(_DEEPSEEK_CALL, _DEEPSEEK_SEPARATOR, _DEEPSEEK_CALL_END),
    parse=_parse_deepseek,
)
KIMI = CallFormat(
    begin=("<|tool_calls_section_begin|>",),
    end="<|tool_calls_section_end|>",
    ends_reasoning=True,
    inner=(_KIMI_CALL, _KIMI_ARGUMENTS, _KIMI_CALL_END),
    parse=_parse_kimi,
)
