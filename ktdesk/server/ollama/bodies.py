# SPDX-License-Identifier: Apache-2.0
"""The bodies of Ollama's chat and generate."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field

from ktdesk.runtime.request import Request
from ktdesk.server.desk import Ask
from ktdesk.server.failures import ApiError
from ktdesk.server.fields import Loose, Schema, Seed, schema_text, stop_texts
from ktdesk.server.openai.messages import FunctionTool
from ktdesk.text.messages import Message, TemplateOptions, ToolCall, new_call_id

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_LONGEST_S = 10 * 365 * 86400.0
_PART = re.compile(r"(\d+(?:\.\d*)?)(ms|s|m|h)")

Name = Annotated[str, Field(validation_alias=AliasChoices("model", "name"))]
Keep = str | float | None
Format = Literal["", "json"] | Schema | None
Think = bool | str | None


class ModelOptions(Loose):
    """How tokens are chosen."""

    num_predict: Annotated[int, Field(ge=-2, le=1 << 24)] | None = None
    temperature: float | None = None
    top_k: Annotated[int, Field(ge=-1, le=1 << 24)] | None = None
    top_p: float | None = None
    min_p: float | None = None
    typical_p: float | None = None
    repeat_last_n: Annotated[int, Field(ge=-1, le=1 << 24)] | None = None
    repeat_penalty: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    seed: Seed | None = None
    stop: str | Annotated[list[str], Field(max_length=64)] | None = None

    def as_options(self) -> dict[str, Any]:
        """Return them as `Options` has them: there, 0 is what is -1 here."""
        reach = self.repeat_last_n
        return {
            "max_tokens": None if self.num_predict is None else max(self.num_predict, 0),
            "temperature": self.temperature,
            "top_k": None if self.top_k is None else max(self.top_k, 0),
            "top_p": self.top_p,
            "min_p": self.min_p,
            "typical_p": self.typical_p,
            "penalty_tokens": None if reach is None else max(reach, 0),
            "repetition_penalty": 1.0 if reach == 0 else self.repeat_penalty,
            "presence_penalty": self.presence_penalty,
            "frequency_penalty": self.frequency_penalty,
            "seed": self.seed,
            "stop": stop_texts(self.stop),
        }


class CalledFunction(Loose):
    """What was called."""

    name: str
    arguments: Schema = Field(default_factory=dict)


class Call(Loose):
    """A call that the model has made."""

    function: CalledFunction
    id: str | None = None

    def as_call(self) -> ToolCall:
        """Return it as the engine has it."""
        arguments = json.dumps(self.function.arguments)
        return ToolCall(self.function.name, arguments, self.id or new_call_id())


class Turn(Loose):
    """A turn of a conversation."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    thinking: str | None = None
    images: list[str] | None = None
    tool_calls: list[Call] | None = None
    tool_name: str | None = None
    tool_call_id: str | None = None

    def as_message(self) -> Message:
        """Return it as the engine has it. Raises ApiError."""
        refuse_images(self.images)
        return Message(
            self.role,
            self.content,
            self.thinking or "",
            tuple(call.as_call() for call in self.tool_calls or ()),
            self.tool_call_id or "",
            self.tool_name or "",
        )


class OfferedTool(Loose):
    """A function that is offered."""

    type: str = "function"
    function: FunctionTool


class Body(Loose):
    """What chat and generate share. stream: unless it is false."""

    model: Name
    stream: bool | None = None
    format: Format = None
    options: ModelOptions | None = None
    keep_alive: Keep = None
    think: Think = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None

    def engine_options(self) -> dict[str, Any]:
        """Return what `Options` has of it."""
        shape: dict[str, Any] = {}
        if isinstance(self.format, dict):
            shape = {"json_schema": schema_text(self.format)}
        elif self.format:
            shape = {"json": True}
        count = (self.top_logprobs or 0) if self.logprobs else None
        return (self.options or ModelOptions()).as_options() | shape | {"logprobs": count}

    def template_options(self) -> TemplateOptions:
        """Return what the chat template is told."""
        if isinstance(self.think, str):
            return TemplateOptions(thinking=True, reasoning_effort=self.think)
        return TemplateOptions(thinking=self.think)

    @property
    def keep_s(self) -> float | None:
        """How long the model stays afterwards; below 0: for good. Raises ApiError."""
        return seconds_of(self.keep_alive)


class ChatBody(Body):
    """A conversation to continue; without messages, a model to load or to unload."""

    messages: list[Turn] = Field(default_factory=list[Turn])
    tools: list[OfferedTool] | None = None

    def ask(self) -> Ask:
        """Return it in the engine's terms. Raises ApiError."""
        given = self.engine_options()
        if self.tools and self.format:
            raise ApiError(400, "An answer of a given format cannot call tools.")
        request = Request(
            messages=tuple(turn.as_message() for turn in self.messages),
            tools=tuple(tool.function.as_tool() for tool in self.tools or ()),
            template=self.template_options(),
        )
        return Ask(model=self.model, request=request, given=given, keep_s=self.keep_s)


class GenerateBody(Body):
    """A question to answer, or raw text to go on with; without one, a model to load or unload."""

    prompt: str = ""
    system: str | None = None
    raw: bool | None = None
    images: list[str] | None = None
    suffix: str | None = None
    template: str | None = None
    context: list[int] | None = None

    def ask(self) -> Ask:
        """Return it in the engine's terms. Raises ApiError."""
        refuse_images(self.images)
        for name in ("suffix", "template", "context"):
            if getattr(self, name):
                raise ApiError(400, f"The field {name} is not supported; use /api/chat.")
        given = self.engine_options()
        if self.raw:
            request = Request(prompt=self.prompt)
        else:
            opening = (Message("system", self.system),) if self.system else ()
            request = Request(
                messages=(*opening, Message("user", self.prompt)),
                template=self.template_options(),
            )
        return Ask(model=self.model, request=request, given=given, keep_s=self.keep_s)


def refuse_images(images: list[str] | None) -> None:
    """Raise ApiError for images."""
    if images:
        raise ApiError(400, "Models read text only here, no images.")


def seconds_of(duration: Keep) -> float | None:
    """Return a duration in seconds: of a number of them, or of a text such as '1h30m'.

    What is longer than anyone waits is for ever, -1. Raises ApiError.
    """
    if duration is None:
        return None
    if isinstance(duration, str):
        seconds = _seconds_in(duration.removeprefix("-"))
        return -1.0 if duration.startswith("-") else _bounded(seconds)
    return _bounded(duration)


def _bounded(seconds: float) -> float:
    return seconds if 0 <= seconds < _LONGEST_S else -1.0


def _seconds_in(text: str) -> float:
    if text.isdecimal():
        text += "s"
    if not text or _PART.sub("", text):
        raise ApiError(400, "keep_alive is no duration such as '5m'.")
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
