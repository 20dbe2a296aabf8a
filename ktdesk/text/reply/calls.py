# SPDX-License-Identifier: Apache-2.0
"""Calls of tools, whatever their notation: names and arguments made sure of."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from ktdesk.text.messages import Tool, ToolCall, new_call_id


class MalformedCall(Exception):
    """What looks like a call is none."""


def _refuse(constant: str) -> NoReturn:
    raise MalformedCall(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFormat:
    """How a family writes calls.

    begin: texts, one of which begins a section of calls. end: the text that ends it; empty: it goes
    on until the reply ends. is_first: it only begins a reply. ends_reasoning: its beginning is a
    token that is never said, so that reasoning has ended there. inner: control tokens within it.
    parse: turns a section, with its beginning and without its end, into calls, and raises
    MalformedCall if it is malformed.
    """

    begin: tuple[str, ...]
    end: str = ""
    is_first: bool = False
    ends_reasoning: bool = False
    inner: tuple[str, ...] = ()
    parse: Callable[[str, Sequence[Tool]], list[ToolCall]]


def first_json(text: str) -> tuple[Any, str]:
    """Return the JSON value that a text begins with, and the rest of the text.

    Raises MalformedCall, also for what only Python takes for JSON.
    """
    text = text.lstrip()
    try:
        value, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise MalformedCall(str(error)) from error
    return value, text[end:]


def parse_json(text: str) -> Any:
    """Return the JSON value that a text is. Raises MalformedCall."""
    value, rest = first_json(text)
    if rest.strip():
        raise MalformedCall("text after the value")
    return value


def call_from(name: object, arguments: object, call_id: str = "") -> ToolCall:
    """Return a call. arguments: an object, the JSON text of one, or None.

    Raises MalformedCall if it has no name, or its arguments are no object.
    """
    if isinstance(arguments, str):
        arguments = parse_json(arguments)
    if arguments is None:
        arguments = {}
    if not isinstance(name, str) or not name.strip() or not isinstance(arguments, dict):
        raise MalformedCall("not a call")
    text = json_text(cast("dict[str, object]", arguments))
    return ToolCall(_whole(name.strip()), text, call_id or new_call_id())


def call_from_object(value: object) -> ToolCall:
    """Return the call that an object with a name and arguments describes. Raises MalformedCall."""
    if not isinstance(value, dict):
        raise MalformedCall("not an object")
    fields = cast("dict[str, object]", value)
    arguments = fields.get("arguments", fields.get("parameters"))
    call_id = fields.get("id")
    return call_from(fields.get("name"), arguments, call_id if isinstance(call_id, str) else "")


def json_text(value: object) -> str:
    """Return a value as templates write it. Raises MalformedCall if JSON has no words for it."""
    try:
        return _whole(json.dumps(value, ensure_ascii=False, allow_nan=False))
    except (ValueError, RecursionError) as error:
        raise MalformedCall(str(error)) from error


def typed(text: str, tool: str, parameter: str, tools: Sequence[Tool]) -> Any:
    """Return the value of a parameter that was written without quotes.

    Its schema says whether `5` is a number or a string; without one it is what JSON makes of it.
    """
    types = _types(tool, parameter, tools)
    if "string" in types:
        return None if text == "null" and "null" in types else text
    words = {"True": True, "False": False, "None": None}
    if text.strip() in words:
        return words[text.strip()]
    try:
        return parse_json(text)
    except MalformedCall:
        return text


def _types(tool: str, parameter: str, tools: Sequence[Tool]) -> list[object]:
    """Return the types that a parameter may have; none if its schema does not say."""
    schema: object = next((t.parameters for t in tools if t.name == tool), None)
    for key in ("properties", parameter, "type"):
        schema = (
            cast("Mapping[str, object]", schema).get(key) if isinstance(schema, Mapping) else None
        )
    return cast("list[object]", schema) if isinstance(schema, list) else [schema]


def _whole(text: str) -> str:
    """Return the text with '?' for halves of characters, which JSON can name."""
    return text.encode("utf-8", "replace").decode("utf-8")
