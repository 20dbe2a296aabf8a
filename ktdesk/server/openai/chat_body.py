# SPDX-License-Identifier: Apache-2.0
"""The body of a chat completion."""

from __future__ import annotations

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
    bias_of,
    no_reasoning,
    schema_text,
    stop_texts,
)
from ktdesk.server.openai.messages import ChatChoice, ChatMessage, ChatTool, Mode, offered
from ktdesk.text.messages import TemplateOptions


class NamedSchema(Loose):
    """A JSON schema that the answer has to fit."""

    name: str | None = None
    schema_: Schema = Field(alias="schema")


class ResponseFormat(Loose):
    """What shape the answer has to have."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: NamedSchema | None = None

    def options(self) -> dict[str, Any]:
        """Return the options of a request that give this shape. Raises ApiError."""
        if self.type == "json_schema":
            if self.json_schema is None:
                raise ApiError(400, "The schema is missing.", param="response_format.json_schema")
            return {"json_schema": schema_text(self.json_schema.schema_)}
        return {"json": True} if self.type == "json_object" else {}


class StreamOptions(Loose):
    """What a stream has besides the answer."""

    include_usage: bool | None = None


class Thinking(Loose):
    """Whether the model reasons first, as DeepSeek's API has it."""

    type: Literal["enabled", "disabled"]


class SamplingFields(EngineFields):
    """How tokens are chosen, of chats and completions."""

    temperature: float | None = None
    top_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: dict[str, float] | None = None
    seed: Seed | None = None
    stop: str | Annotated[list[str], Field(max_length=64)] | None = None
    n: Annotated[int, Field(ge=1, le=32)] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    return_progress: bool | None = None
    user: str | None = None

    def sampling_options(self) -> dict[str, Any]:
        """Return these fields as `Options` has them."""
        return self.engine_options() | {
            "temperature": self.temperature,
            "top_p": self.top_p,
            "presence_penalty": self.presence_penalty,
            "frequency_penalty": self.frequency_penalty,
            "logit_bias": bias_of(self.logit_bias),
            "seed": self.seed,
            "stop": stop_texts(self.stop),
        }

    @property
    def has_usage(self) -> bool:
        """Whether a stream says at its end what it took."""
        return bool(self.stream_options and self.stream_options.include_usage)


class ChatBody(SamplingFields, Strict):
    """A conversation to continue."""

    model: str
    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    max_tokens: Count | None = None
    max_completion_tokens: Count | None = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    response_format: ResponseFormat | None = None
    tools: list[ChatTool] | None = None
    tool_choice: Mode | ChatChoice | None = None
    parallel_tool_calls: bool | None = None
    reasoning_effort: str | None = None
    thinking: Thinking | None = None
    chat_template_kwargs: Schema | None = None
    modalities: list[Literal["text"]] | None = None
    metadata: Schema | None = None
    store: bool | None = None
    service_tier: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None
    verbosity: str | None = None

    def ask(self) -> Ask:
        """Return it in the engine's terms. Raises ApiError."""
        choice = self.tool_choice
        named = choice.function.name if isinstance(choice, ChatChoice) else None
        tools, rule, shape = offered(
            [tool.function.as_tool() for tool in self.tools or ()],
            None if isinstance(choice, ChatChoice) else choice,
            named,
            parallel=self.parallel_tool_calls,
        )
        wanted = self.response_format.options() if self.response_format else {}
        refuse_both(wanted, has_tools=bool(tools))
        given = (
            self.sampling_options()
            | shape
            | wanted
            | {
                "max_tokens": self.max_completion_tokens or self.max_tokens,
                "logprobs": (self.top_logprobs or 0) if self.logprobs else None,
            }
        )
        request = Request(
            messages=tuple(message.as_message() for message in self.messages),
            tools=tools,
            template=self._template_options(),
        )
        return Ask(model=self.model, request=request, given=given, rule=rule, choices=self.n or 1)

    def _template_options(self) -> TemplateOptions:
        says = self.thinking.type == "enabled" if self.thinking else None
        return TemplateOptions(
            thinking=no_reasoning(self.reasoning_effort) if says is None else says,
            reasoning_effort=self.reasoning_effort,
            variables=self.chat_template_kwargs or {},
        )


def refuse_both(shape: dict[str, Any], *, has_tools: bool) -> None:
    """Raise ApiError for an answer that is to have a shape, and may be a call instead."""
    if shape and has_tools:
        raise ApiError(
            400,
            "An answer of a given shape cannot call tools.",
            hint="Leave out the tools, or set tool_choice to 'none'.",
            param="response_format",
        )
