# SPDX-License-Identifier: Apache-2.0
"""What the description of the APIs says of responses, besides what FastAPI knows of itself."""

from __future__ import annotations

from typing import Any

from ktdesk.server.failures import Dialect

Responses = dict[int | str, dict[str, Any]]

EVENTS: Responses = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}
LINES: Responses = {200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_TEXT = {"type": "string"}
_TEXT_OR_NONE = {"type": ["string", "null"]}
_ERRORS: dict[Dialect, dict[str, Any]] = {
    "openai": _object(
        error=_object(message=_TEXT, type=_TEXT, param=_TEXT_OR_NONE, code=_TEXT_OR_NONE)
    ),
    "anthropic": _object(type={"const": "error"}, error=_object(type=_TEXT, message=_TEXT)),
    "ollama": _object(error=_TEXT),
}


def errors(*dialects: Dialect) -> Responses:
    """Return the errors of an API, in its own shape; several share some places."""
    content = {"application/json": {"schema": {"anyOf": [_ERRORS[name] for name in dialects]}}}
    return {
        "4XX": {"description": "The request is wrong.", "content": content},
        "5XX": {"description": "The server cannot serve it now.", "content": content},
    }
