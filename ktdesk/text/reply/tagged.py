# SPDX-License-Identifier: Apache-2.0
"""Calls whose parameters stand between tags: GLM's, Qwen3-Coder's and MiniMax's.

Their values have no quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ktdesk.text.messages import Tool, ToolCall
from ktdesk.text.reply.calls import CallFormat, MalformedCall, call_from, typed

_GLM_NAME = re.compile(r"<tool_call>\s*([^\s<]+)\s*")
_GLM_PARAMETER = re.compile(
    r"\s*<arg_key>(.*?)</arg_key>\s*<arg_value>(.*?)</arg_value>\s*", re.DOTALL
)
_QWEN_CALL = re.compile(r"(?:<tool_call>)?\s*<function=([^>\n]+)>(.*?)</function>\s*", re.DOTALL)
_QWEN_PARAMETER = re.compile(r"\s*<parameter=([^>\n]+)>\n?(.*?)\n?</parameter>\s*", re.DOTALL)
_MINIMAX_CALL = re.compile(r"\s*<invoke name=\"([^\"\n]+)\">(.*?)</invoke>\s*", re.DOTALL)
_MINIMAX_PARAMETER = re.compile(
    r"\s*<parameter name=\"([^\"\n]+)\">(.*?)</parameter>\s*", re.DOTALL
)
_MINIMAX = "<minimax:tool_call>"


def _parse_glm(section: str, tools: Sequence[Tool]) -> list[ToolCall]:
    name = _GLM_NAME.match(section)
    if not name:
        raise MalformedCall("no name")
    pairs = _all(_GLM_PARAMETER, section[name.end() :])
    return [_call(name[1], pairs, tools)]


def _parse_qwen(section: str, tools: Sequence[Tool]) -> list[ToolCall]:
    calls = _all(_QWEN_CALL, section)
    return [_call(name, _all(_QWEN_PARAMETER, body), tools) for name, body in calls]


def _parse_minimax(section: str, tools: Sequence[Tool]) -> list[ToolCall]:
    calls = _all(_MINIMAX_CALL, section.removeprefix(_MINIMAX))
    return [_call(name, _all(_MINIMAX_PARAMETER, body), tools) for name, body in calls]


def _all(pattern: re.Pattern[str], text: str) -> list[tuple[str, str]]:
    """Return the two groups of each match. Raises MalformedCall for text that does not match."""
    at, found = 0, list[tuple[str, str]]()
    while match := pattern.match(text, at):
        at = match.end()
        found.append((match[1], match[2]))
    if text[at:].strip():
        raise MalformedCall("text between parameters")
    return found


def _call(name: str, pairs: Iterable[tuple[str, str]], tools: Sequence[Tool]) -> ToolCall:
    return call_from(name, {key: typed(value, name, key, tools) for key, value in pairs})


GLM = CallFormat(
    begin=("<tool_call>",),
    end="</tool_call>",
    inner=("<arg_key>", "</arg_key>", "<arg_value>", "</arg_value>"),
    parse=_parse_glm,
)
# Qwen3-Coder sometimes leaves the outer tag out.
QWEN_CODER = CallFormat(begin=("<tool_call>", "<function="), end="</tool_call>", parse=_parse_qwen)
MINIMAX = CallFormat(begin=(_MINIMAX,), end="</minimax:tool_call>", parse=_parse_minimax)
