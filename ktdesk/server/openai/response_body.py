# SPDX-License-Identifier: Apache-2.0
"""The body of a response, OpenAI's newer way of asking."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from ktdesk.runtime.request import Request
from ktdesk.server.desk import Ask
from ktdesk.server.failures import ApiError
from ktdesk.server.fields import (
    Count,
    EngineFields,
    Loose,
    Schema,
    Seed,
    Strict,
    no_reasoning,
    schema_text,
)
from ktdesk.server.openai.chat_body import refuse_both
from ktdesk.server.openai.messages import Content, FunctionTool, Mode, Part, offered, text_of
from ktdesk.text.messages import Message, TemplateOptions, ToolCall

INCLUDE_LOGPROBS = "message.output_text.logprobs"


class InputItem(Loose):
    """A part of a conversation: a message, a call, what a call gave, or reasoning."""

    type: Literal["message", "function_call", "function_call_output", "reasoning"] = "message"
    role: Literal["user", "assistant", "system", "developer"] | None = None
    content: Content = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    output: Content = None
    summary: list[Part] | None = None


class TextFormat(Loose):
    """What shape the answer has to have."""

    type: Literal["text", "json_object", "json_schema"]
    schema_: Schema | None = Field(None, alias="schema")

    def options(self) -> dict[str, Any]:
        """Return the options of a request that give this shape. Raises ApiError."""
        if self.type == "json_schema":
            if self.schema_ is None:
                raise ApiError(400, "The schema is missing.", param="text.format.schema")
            return {"json_schema": schema_text(self.schema_)}
        return {"json": True} if self.type == "json_object" else {}


class TextConfig(Loose):
    """How the text of the answer has to be."""

    format: TextFormat | None = None


class Reasoning(Loose):
    """How much to reason."""

    effort: str | None = None


class ResponseTool(FunctionTool):
    """A function that is offered."""

    type: Literal["function"]


class ResponseChoice(Loose):
    """The function that must be called."""

    type: Literal["function"]
    name: str


class ResponseBody(EngineFields, Strict):
    """What to answer. truncation 'auto': lets the oldest turns go if there is no room for them."""

    model: str
    input: str | Annotated[list[InputItem], Field(min_length=1)]
    instructions: str | None = None
    previous_response_id: str | None = None
    max_output_tokens: Count | None = None
    temperature: float | None = None
    top_p: float | None = None
    seed: Seed | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    include: list[str] | None = None
    text: TextConfig | None = None
    reasoning: Reasoning | None = None
    tools: list[ResponseTool] | None = None
    tool_choice: Mode | ResponseChoice | None = None
    parallel_tool_calls: bool | None = None
    truncation: Literal["auto", "disabled"] | None = None
    stream: bool | None = None
    store: bool | None = None
    metadata: Schema | None = None
    user: str | None = None
    service_tier: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    stream_options: Schema | None = None

    def conversation(self, earlier: Sequence[Message]) -> tuple[Message, ...]:
        """Return what was said, without instructions, which are of this answer alone."""
        if isinstance(self.input, str):
            return (*earlier, Message("user", self.input))
        return (*earlier, *_messages(self.input))

    def ask(self, conversation: Sequence[Message]) -> Ask:
        """Return it in the engine's terms. Raises ApiError."""
        choice = self.tool_choice
        tools, rule, shape = offered(
            [tool.as_tool() for tool in self.tools or ()],
            None if isinstance(choice, ResponseChoice) else choice,
            choice.name if isinstance(choice, ResponseChoice) else None,
            parallel=self.parallel_tool_calls,
        )
        wanted = self.text.format.options() if self.text and self.text.format else {}
        refuse_both(wanted, has_tools=bool(tools))
        has_logprobs = INCLUDE_LOGPROBS in (self.include or ())
        full = {"auto": "shift", "disabled": "stop", None: None}[self.truncation]
        given = (
            {"context_full": full}
            | {name: value for name, value in self.engine_options().items() if value is not None}
            | shape
            | wanted
            | {
                "max_tokens": self.max_output_tokens,
                "temperature": self.temperature,
                "top_p": self.top_p,
                "seed": self.seed,
                "logprobs": (self.top_logprobs or 0) if has_logprobs else None,
            }
        )
        effort = self.reasoning.effort if self.reasoning else None
        opening = (Message("system", self.instructions),) if self.instructions else ()
        request = Request(
            messages=(*opening, *conversation),
            tools=tools,
            template=TemplateOptions(thinking=no_reasoning(effort), reasoning_effort=effort),
        )
        return Ask(model=self.model, request=request, given=given, rule=rule)


def _messages(items: Sequence[InputItem]) -> Iterator[Message]:
    """Yield items as messages: reasoning and calls belong to the assistant's message after them.

    Raises ApiError.
    """
    reasoning, calls = "", list[ToolCall]()
    for item in items:
        if item.type == "reasoning":
            reasoning += text_of(item.content) or text_of(item.summary)
            continue
        if item.type == "function_call":
            if not item.name or not item.call_id:
                raise ApiError(400, "A call has no name or call_id.", param="input")
            calls.append(ToolCall(item.name, item.arguments or "{}", item.call_id))
            continue
        if item.type == "message" and item.role == "assistant" and not calls:
            yield Message("assistant", text_of(item.content), reasoning)
            reasoning = ""
            continue
        if calls:
            yield Message("assistant", "", reasoning, tuple(calls))
            reasoning, calls = "", []
        yield _other(item)
    if calls:
        yield Message("assistant", "", reasoning, tuple(calls))


def _other(item: InputItem) -> Message:
    if item.type == "function_call_output":
        return Message("tool", text_of(item.output), tool_call_id=item.call_id or "")
    if item.role is None:
        raise ApiError(400, "A message has no role.", param="input")
    role = "system" if item.role == "developer" else item.role
    return Message(role, text_of(item.content))
