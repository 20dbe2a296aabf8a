# SPDX-License-Identifier: Apache-2.0
"""Conversations, as `transformers` takes them and as KTDesk does, and templates to render them."""

from __future__ import annotations

import ast
import importlib.util
import json
from pathlib import Path
from typing import Any

from ktdesk.text.messages import Message, Tool, ToolCall

TEMPLATES = {
    path.stem: path.read_text("utf-8")
    for path in sorted((Path(__file__).parent / "templates").glob("*.jinja"))
}


def _llama4() -> str:
    """Return the template that the source of `transformers` carries; importing it loads torch."""
    package = importlib.util.find_spec("transformers")
    assert package
    assert package.origin
    source = Path(package.origin).parent / "models" / "llama4" / "processing_llama4.py"
    for node in ast.parse(source.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "chat_template":
            return ast.literal_eval(node.value)
    raise AssertionError("no template")


TEMPLATES["llama-4"] = _llama4()

WEATHER: dict[str, Any] = {
    "name": "get_weather",
    "description": 'Tells the weather of a "city".',
    "parameters": {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "The city, e.g. Zürich"},
            "days": {"type": "integer", "description": "How many days", "default": 1},
            "units": {"type": "string", "description": "Units", "enum": ["C", "F"]},
        },
        "required": ["city"],
    },
}
SEARCH: dict[str, Any] = {
    "name": "search",
    "description": "Searches files.",
    "parameters": {
        "type": "object",
        "properties": {
            "words": {"type": "array", "items": {"type": "string"}, "description": "Words"},
            "options": {"type": "object", "description": "More", "properties": {}},
        },
        "required": ["words"],
    },
}
FUNCTIONS = [WEATHER, SEARCH]
TOOLS = tuple(Tool(**function) for function in FUNCTIONS)


def call(name: str, arguments: dict[str, Any], call_id: str = "a1b2c3d4e") -> dict[str, Any]:
    return {
        "type": "function",
        "id": call_id,
        "function": {"name": name, "arguments": arguments},
    }


def said(role: str, content: str, **fields: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **fields}


SYSTEM = said("system", " Be brief.\n")
HELLO = said("user", "Hello  <b>&\n")
PARIS = call("get_weather", {"city": "Paris", "days": 3})
ZURICH = call("get_weather", {"city": 'Zü"rich\\', "units": "C"})
FILES = call("search", {"words": ["naïve", "日本"], "options": {"deep": True}}, "f6g7h8i9j")
SUNNY = said("tool", "sunny, 21 °C", tool_call_id="a1b2c3d4e", name="get_weather")
FOUND = said("tool", '{"found": []}', tool_call_id="f6g7h8i9j", name="search")

CONVERSATIONS: dict[str, list[dict[str, Any]]] = {
    "one question": [HELLO],
    "instructions": [SYSTEM, HELLO],
    "several turns": [
        SYSTEM,
        HELLO,
        said("assistant", "Hi! 你好 🙂"),
        said("user", "And?"),
        said("assistant", "\n\tNothing.  "),
        said("user", "Ok"),
    ],
    "reasoning": [
        HELLO,
        said("assistant", "Hi", reasoning_content="They greet.\nSo do I."),
        said("user", "Why?"),
    ],
    "reasoning last": [HELLO, said("assistant", "Hi", reasoning_content="They greet.")],
    "marks in the text": [
        HELLO,
        said("assistant", "<think>\nThey greet.\n</think>\n\nHi"),
        said("user", "What does </think> mean?"),
    ],
    "a call": [HELLO, said("assistant", "", tool_calls=[PARIS])],
    "a call with words": [HELLO, said("assistant", "I look.", tool_calls=[ZURICH])],
    "a call with reasoning": [
        SYSTEM,
        HELLO,
        said("assistant", "", reasoning_content="Ask it.", tool_calls=[ZURICH]),
    ],
    "a result": [SYSTEM, HELLO, said("assistant", "", tool_calls=[PARIS]), SUNNY],
    "after a result": [
        HELLO,
        said("assistant", "", reasoning_content="Ask it.", tool_calls=[PARIS]),
        SUNNY,
        said("assistant", "Sunny."),
        said("user", "Thanks"),
    ],
    "two calls": [HELLO, said("assistant", "", tool_calls=[PARIS, FILES]), SUNNY, FOUND],
    "no arguments": [HELLO, said("assistant", "", tool_calls=[call("search", {})])],
}


def message(turn: dict[str, Any]) -> Message:
    """Return KTDesk's form of a turn."""
    calls = tuple(
        ToolCall(
            one["function"]["name"],
            json.dumps(one["function"]["arguments"], ensure_ascii=False),
            one["id"],
        )
        for one in turn.get("tool_calls", ())
    )
    return Message(
        turn["role"],
        turn["content"],
        turn.get("reasoning_content", ""),
        calls,
        turn.get("tool_call_id", ""),
        turn.get("name", ""),
    )


def has_tools(name: str) -> bool:
    """Whether tools are offered in a conversation."""
    return any("tool_calls" in turn for turn in CONVERSATIONS[name])
