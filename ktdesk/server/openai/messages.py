# SPDX-License-Identifier: Apache-2.0
"""Messages and tools in OpenAI's words, and the engine's."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from ktdesk.server.calls import CallRule, call_schema
from ktdesk.server.failures import ApiError
from ktdesk.server.fields import Loose, Schema
from ktdesk.text.messages import Message, Tool, ToolCall


class Part(Loose):
    """A part of a message's content."""

    type: str
    text: str | None = None


Content = str | list[Part] | None


class CalledFunction(Loose):
    """What was called. arguments: JSON as text."""

    name: str
    arguments: str = "{}"


class Call(Loose):
    """A call that the model has made."""

    id: str
    type: Literal["function"] = "function"
    function: CalledFunction


class ChatMessage(Loose):
    """A turn of a conversation. reasoning_content: as DeepSeek's API has it."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Content = None
    reasoning_content: str | None = None
    tool_calls: list[Call] | None = None
    tool_call_id: str | None = None
    name: str | None = None

    def as_message(self) -> Message:
        """Return it as the engine has it."""
        calls = self.tool_calls or ()
        return Message(
            "system" if self.role == "developer" else self.role,
            text_of(self.content),
            self.reasoning_content or "",
            tuple(ToolCall(c.function.name, c.function.arguments, c.id) for c in calls),
            self.tool_call_id or "",
            self.name or "",
        )


def text_of(content: Content) -> str:
    """Return the text of a content. Raises ApiError for anything else in it."""
    if content is None or isinstance(content, str):
        return content or ""
    for part in content:
        if part.text is None:
            raise ApiError(
                400, f"Models read text only here, not {part.type[:50]!r}.", param="messages"
            )
    return "".join(part.text or "" for part in content)


class FunctionTool(Loose):
    """A function that is offered. strict is what calls that must come are anyway."""

    name: Annotated[str, Field(min_length=1)]
    description: str | None = None
    parameters: Schema | None = None
    strict: bool | None = None

    def as_tool(self) -> Tool:
        """Return it as the engine has it."""
        if self.parameters is None:
            return Tool(self.name, self.description or "")
        return Tool(self.name, self.description or "", self.parameters)


class ChatTool(Loose):
    """The same in a chat completion."""

    type: Literal["function"]
    function: FunctionTool


class Named(Loose):
    """The name of a function."""

    name: str


class ChatChoice(Loose):
    """The function that must be called."""

    type: Literal["function"]
    function: Named


Mode = Literal["none", "auto", "required"]


def offered(
    tools: list[Tool], choice: Mode | str | None, named: str | None, *, parallel: bool | None
) -> tuple[tuple[Tool, ...], CallRule, dict[str, Any]]:
    """Return the tools to offer, the rule of their calls, and the options that enforce it.

    choice: 'none', 'auto', 'required'. named: the function that must be called. Raises ApiError.
    """
    if choice == "none":
        return (), CallRule(), {}
    rule = CallRule(must_call=bool(named) or choice == "required", at_most_one=parallel is False)
    shape = {"json_schema": call_schema(tools, named)} if rule.must_call else {}
    return tuple(tools), rule, shape
