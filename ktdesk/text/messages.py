# SPDX-License-Identifier: Apache-2.0
"""What a conversation consists of. Plain values, which any caller can make."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["system", "user", "assistant", "tool"]
Channel = Literal["answer", "reasoning"]

_ID_CHARACTERS = string.ascii_letters + string.digits
_ID_LENGTH = 9  # Mistral's templates take no other


def new_call_id() -> str:
    """Return an identifier for a call whose model gave it none."""
    return "".join(secrets.choice(_ID_CHARACTERS) for _ in range(_ID_LENGTH))


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function that the model wants to have called. arguments: a JSON object, as text."""

    name: str
    arguments: str
    id: str = field(default_factory=new_call_id)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation.

    Of the assistant: reasoning, what it thought before it answered; tool_calls, what it asked for.
    Of a tool, whose content is a result: tool_call_id, the call that it answers; name, its own.
    """

    role: Role
    content: str
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may ask for. parameters: a JSON schema of its arguments."""

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(
        default_factory=lambda: {"type": "object", "properties": {}}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateOptions:
    """What a chat template is told beside the conversation. What is None it decides itself.

    thinking: whether the model reasons before it answers. reasoning_effort: how much, in the words
    of the model's family, such as 'low'. variables: whatever else its template knows, as JSON
    values; for example documents.
    """

    thinking: bool | None = None
    reasoning_effort: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
