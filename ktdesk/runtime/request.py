# SPDX-License-Identifier: Apache-2.0
"""What is asked of the engine, and what it answers. Knows neither torch nor models."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ktdesk.errors import KTDeskError
from ktdesk.text.messages import Channel, Message, TemplateOptions, Tool, ToolCall

StopReason = Literal["end", "length", "stop", "context", "cancelled"]
ContextFull = Literal["stop", "shift"]
PromptLookup = Literal["auto", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the next token is chosen, and when to stop.

    temperature 0 is greedy. max_tokens 0: until the context is full. top_k 0, a probability of 1,
    min_p 0, repetition_penalty 1 and the other penalties 0 switch that step off. sampler.py says
    in which order they work, penalties.py what they do. penalty_tokens, dry_tokens: how many of
    the last tokens, also of the prompt, these penalties look at; 0: all. dry_breakers: texts
    whose tokens end what counts as a repetition. logit_bias: by token. seed None draws a fresh
    one each time. stop: texts before which the answer ends; they are not looked for in reasoning
    and calls.

    json, json_schema, grammar: at most one. An object in JSON; JSON of a schema, given as text;
    a text of a grammar in the form of Lark or GBNF. The answer ends when it is complete. Where the
    prompt ends within a model's reasoning, what follows the reasoning is meant.

    logprobs: None, or how many of the likeliest tokens each token comes with, beside itself.

    context_full: stop there, or let the oldest turns go and read the rest again. prompt_lookup:
    guess tokens from those before where that is faster; it changes no answer.
    """

    max_tokens: int = 0
    temperature: float = 0.7
    top_k: int = 40
    typical_p: float = 1.0
    top_p: float = 0.95
    min_p: float = 0.05
    repetition_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    penalty_tokens: int = 256
    dry_multiplier: float = 0.0
    dry_base: float = 1.75
    dry_allowed_length: int = 2
    dry_tokens: int = 4096
    dry_breakers: tuple[str, ...] = ("\n", ":", '"', "*")
    logit_bias: Mapping[int, float] = field(default_factory=dict[int, float])
    seed: int | None = None
    stop: tuple[str, ...] = ()
    logprobs: int | None = None
    context_full: ContextFull = "stop"
    prompt_lookup: PromptLookup = "auto"
    json: bool = False
    json_schema: str = ""
    grammar: str = ""


def new_request_id() -> str:
    """Return an identifier that no other request has."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A conversation to continue, or, with `prompt`, raw text without the chat template.

    tools: what the model may call. template: what its chat template is told. begun: what the model
    has said of its answer before it was stopped; it goes on after that, and only the rest comes. It
    goes with messages, and with no JSON or grammar.
    """

    messages: tuple[Message, ...] = ()
    prompt: str | None = None
    tools: tuple[Tool, ...] = ()
    template: TemplateOptions = field(default_factory=TemplateOptions)
    options: Options = field(default_factory=Options)
    begun: Message | None = None
    id: str = field(default_factory=new_request_id)


@dataclass(frozen=True, slots=True)
class Prefill:
    """Progress of reading the prompt. Tokens that were in the cache count as done."""

    done_tokens: int
    total_tokens: int


@dataclass(frozen=True, slots=True)
class Logprob:
    """A token, and the natural logarithm of the probability that the model itself gives it.

    It is of the logits as the model computed them: no option has a part in it. text: the bytes
    that the token adds, none for a control token.
    """

    id: int
    text: bytes
    logprob: float


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely a token was, and which were the likeliest, likeliest first."""

    chosen: Logprob
    likeliest: tuple[Logprob, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """One generated token. `text` is empty while a character, or a mark, is still incomplete.

    id None: text that was held back, after the last token, or that belongs to the token before.
    chances: where the options ask for them.
    """

    id: int | None
    text: str
    channel: Channel = "answer"
    chances: Chances | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Measurements of one request. Times in seconds.

    cached_tokens: of the prompt, that did not have to be read. guessed_tokens: of the answer, that
    prompt lookup foresaw. dropped_messages: the oldest ones, for which there was no room. together:
    how many requests were answered at the same time, at most: speeds are those of one of them.
    """

    prompt_tokens: int
    cached_tokens: int
    generated_tokens: int
    first_token_s: float
    prefill_s: float
    decode_s: float
    context_used: int
    context_tokens: int
    guessed_tokens: int = 0
    dropped_messages: int = 0
    together: int = 1

    @property
    def prefill_tokens_per_s(self) -> float:
        """Speed of the prompt tokens that were not in the cache."""
        return (self.prompt_tokens - self.cached_tokens) / self.prefill_s if self.prefill_s else 0.0

    @property
    def decode_tokens_per_s(self) -> float:
        """Speed of the tokens after the first, which belongs to the prompt's time."""
        return max(0, self.generated_tokens - 1) / self.decode_s if self.decode_s else 0.0


NOTHING_DONE = Stats(
    prompt_tokens=0,
    cached_tokens=0,
    generated_tokens=0,
    first_token_s=0.0,
    prefill_s=0.0,
    decode_s=0.0,
    context_used=0,
    context_tokens=0,
)


@dataclass(frozen=True, slots=True)
class PromptSize:
    """How much of the context a request would take, in tokens, before anything is answered.

    tokens: of what would be read. dropped_messages: the oldest ones, for which there is no room.
    """

    tokens: int
    dropped_messages: int
    context_tokens: int

    @property
    def fits(self) -> bool:
        """Whether the request can be served: the answer needs a token, too."""
        return self.tokens < self.context_tokens


@dataclass(frozen=True, slots=True)
class Done:
    """The answer is complete, or was stopped: then what was generated so far stands.

    stop: the text of `Options.stop` that ended it, if one did.
    """

    reason: StopReason
    stats: Stats
    stop: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """The request could not be served."""

    error: KTDeskError


# A ToolCall comes when it is whole.
Event = Prefill | Token | ToolCall | Done | Failed
