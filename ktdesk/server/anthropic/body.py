# SPDX-License-Identifier: Apache-2.0
"""The body of a message, and of a count of tokens."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from ktdesk.runtime.request import Request
from ktdesk.server.anthropic.blocks import ResultBlock, Turn, messages_of, text_of
from ktdesk.server.calls import CallRule, call_schema
from ktdesk.server.desk import Ask
from ktdesk.server.failures import ApiError
from ktdesk.server.fields import Count, EngineFields, Loose, Schema, Seed, Strict
from ktdesk.text.messages import Message, TemplateOptions, Tool


class OfferedTool(Loose):
    """A function that is offered."""

    type: str | None = None
    name: Annotated[str, Field(min_length=1)]
    description: str | None = None
    input_schema: Schema | None = None

    def as_tool(self) -> Tool:
        """Return it as the engine has it. Raises ApiError for what only Anthropic's servers run."""
        if self.type not in (None, "custom") or self.input_schema is None:
            raise ApiError(400, f"The tool {self.name[:50]!r} has no schema of its input.")
        return Tool(self.name, self.description or "", self.input_schema)


class ToolChoice(Loose):
    """Which tools may be called."""

    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


class Thinking(Loose):
    """Whether the model thinks first."""

    type: Literal["enabled", "disabled", "adaptive"]
    budget_tokens: int | None = None


class CountBody(Strict):
    """What is to be read."""

    model: str
    messages: Annotated[list[Turn], Field(min_length=1)]
    system: str | list[ResultBlock] | None = None
    tools: list[OfferedTool] | None = None
    tool_choice: ToolChoice | None = None
    thinking: Thinking | None = None

    def request(self) -> Request:
        """Return it in the engine's terms. Raises ApiError."""
        system = text_of(self.system)
        opening = [Message("system", system)] if system else []
        thinking = None if self.thinking is None else self.thinking.type != "disabled"
        is_none = self.tool_choice is not None and self.tool_choice.type == "none"
        return Request(
            messages=(*opening, *messages_of(self.messages)),
            tools=() if is_none else tuple(tool.as_tool() for tool in self.tools or ()),
            template=TemplateOptions(thinking=thinking),
        )


class MessageBody(EngineFields, CountBody):
    """A conversation to continue. seed is KTDesk's own, as are the fields of the engine."""

    max_tokens: Count
    stop_sequences: Annotated[list[str], Field(max_length=64)] | None = None
    temperature: float | None = None
    top_p: float | None = None
    seed: Seed | None = None
    stream: bool | None = None
    metadata: Schema | None = None
    service_tier: str | None = None

    def ask(self) -> Ask:
        """Return it in the engine's terms. Raises ApiError."""
        request, choice = self.request(), self.tool_choice
        rule, shape = CallRule(), dict[str, Any]()
        if choice and choice.type != "none":
            must_call = choice.type in ("any", "tool")
            if must_call:
                named = choice.name or "" if choice.type == "tool" else None
                shape = {"json_schema": call_schema(request.tools, named)}
            rule = CallRule(must_call, at_most_one=bool(choice.disable_parallel_tool_use))
        given = (
            self.engine_options()
            | shape
            | {
                "max_tokens": self.max_tokens,
                "temperature": self.temperature,
                "top_p": self.top_p,
                "seed": self.seed,
                "stop": tuple(self.stop_sequences or ()),
            }
        )
        return Ask(model=self.model, request=request, given=given, rule=rule)
