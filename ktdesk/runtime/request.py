# SPDX-License-Identifier: Apache-2.0
"""What is asked of the engine, and what it answers. Knows neither torch nor models."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Literal

from ktdesk.errors import KTDeskError

Role = Literal["system", "user", "assistant"]
StopReason = Literal["end", "length", "stop", "context", "cancelled"]
ContextFull = Literal["stop", "shift"]
PromptLookup = Literal["auto", "off"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the next token is chosen, and when to stop.

    temperature 0 is greedy. max_tokens 0: until the context is full. top_k 0, top_p 1,
    min_p 0 and repetition_penalty 1 switch that step off. seed None draws a fresh one each time.

    context_full: stop there, or let the oldest turns go and read the rest again. prompt_lookup:
    guess tokens from those before where that is faster; it changes no answer.
    """

    max_tokens: int = 0
    temperature: float = 0.7
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repetition_penalty: float = 1.0
    seed: int | None = None
    stop: tuple[str, ...] = ()
    context_full: ContextFull = "stop"
    prompt_lookup: PromptLookup = "auto"


def new_request_id() -> str:
    """Return an identifier that no other request has."""
    return uuid.uuid4().hex


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A conversation to continue, or, with `prompt`, raw text without the chat template."""

    messages: tuple[Message, ...] = ()
    prompt: str | None = None
    options: Options = field(default_factory=Options)
    id: str = field(default_factory=new_request_id)


@dataclass(frozen=True, slots=True)
class Prefill:
    """Progress of reading the prompt. Tokens that were in the cache count as done."""

    done_tokens: int
    total_tokens: int


@dataclass(frozen=True, slots=True)
class Token:
    """One generated token. `text` is empty while a character is still incomplete.

    id None: text that was held back, after the last token.
    """

    id: int | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """Measurements of one request. Times in seconds.

    cached_tokens: of the prompt, that did not have to be read. guessed_tokens: of the answer, that
    prompt lookup foresaw. dropped_messages: the oldest ones, for which there was no room.
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


Event = Prefill | Token | Done | Failed
