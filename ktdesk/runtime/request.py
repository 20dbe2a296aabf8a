# SPDX-License-Identifier: Apache-2.0
"""What is asked of the engine, and what it answers. Knows neither torch nor models."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Literal

from ktdesk.errors import KTDeskError
from ktdesk.text.messages import Channel, Message, TemplateOptions, Tool, ToolCall

StopReason = Literal["end", "length", "stop", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the next token is chosen, and when to stop.

    temperature 0 is greedy. max_tokens 0: until the context is full. top_k 0, top_p 1,
    min_p 0 and repetition_penalty 1 switch that step off. seed None draws a fresh one each time.
    stop: texts before which the answer ends; they are not looked for in reasoning and calls.
    """

    max_tokens: int = 0
    temperature: float = 0.7
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repetition_penalty: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()


def new_request_id() -> str:
    """Return an identifier that no other request has."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A conversation to continue, or, with `prompt`, raw text without the chat template.

    tools: what the model may call. template: what its chat template is told.
    """

    messages: tuple[Message, ...] = ()
    prompt: str | None = None
    tools: tuple[Tool, ...] = ()
    template: TemplateOptions = field(default_factory=TemplateOptions)
    options: Options = field(default_factory=Options)
    id: str = field(default_factory=new_request_id)


@dataclass(frozen=True, slots=True)
class Prefill:
    """Progress of reading the prompt. Tokens that were in the cache count as done."""

    done_tokens: int
    total_tokens: int


@dataclass(frozen=True, slots=True)
class Token:
    """One generated token. `text` is empty while a character, or a mark, is still incomplete.

    id None: text that was held back, after the last token, or that belongs to the token before.
    """

    id: int | None
    text: str
    channel: Channel = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Measurements of one request. Times in seconds."""

    prompt_tokens: int
    cached_tokens: int
    generated_tokens: int
    first_token_s: float
    prefill_s: float
    decode_s: float
    context_used: int
    context_tokens: int

    @property
    def prefill_tokens_per_s(self) -> float:
        """Speed of the prompt tokens that were not in the cache."""
        return (self.prompt_tokens - self.cached_tokens) / self.prefill_s if self.prefill_s else 0.0

    @property
    def decode_tokens_per_s(self) -> float:
        """Speed of the tokens after the first, which belongs to the prompt's time."""
        return max(0, self.generated_tokens - 1) / self.decode_s if self.decode_s else 0.0


@dataclass(frozen=True, slots=True)
class Done:
    """The answer is complete, or was stopped: then what was generated so far stands."""

    reason: StopReason
    stats: Stats


@dataclass(frozen=True, slots=True)
class Failed:
    """The request could not be served."""

    error: KTDeskError


# A ToolCall comes when it is whole.
Event = Prefill | Token | ToolCall | Done | Failed
