# SPDX-License-Identifier: Apache-2.0
"""One answer of a model, shown while it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ktdesk.cli.program import on_interrupt
from ktdesk.cli.terminal import Terminal
from ktdesk.engine import Engine
from ktdesk.runtime.request import Done, Failed, Prefill, Request, Stats, StopReason, Token


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer, or as much as there was when it was stopped.

    reasoning: what the model thought before it answered.
    """

    text: str
    reasoning: str
    tokens: list[int]
    reason: StopReason
    stats: Stats


def ask(engine: Engine, request: Request, terminal: Terminal, *, is_shown: bool = True) -> Answer:
    """Return the answer to a request; Ctrl+C stops it, and what was answered so far stands.

    Raises KTDeskError if the request cannot be served.
    """
    texts: list[str] = []
    reasoning: list[str] = []
    tokens: list[int] = []
    with on_interrupt(lambda: engine.cancel(request.id)):
        for event in engine.generate(request):
            match event:
                case Prefill(done, total) if not texts:
                    terminal.progress("Reading the prompt", done / total)
                case Token(token, text, channel):
                    is_answer = channel == "answer"
                    (texts if is_answer else reasoning).append(text)
                    tokens += [] if token is None else [token]
                    if is_shown and text:
                        (terminal.write if is_answer else terminal.aside)(text)
                case Done(reason, stats):
                    terminal.clear_progress()
                    return Answer("".join(texts), "".join(reasoning), tokens, reason, stats)
                case Failed(error):
                    raise error
                case (
                    _
                ):  # calls, though nothing was offered; reading again, while an answer is shown
                    pass
    raise RuntimeError("the engine ended an answer without Done or Failed")


def quietly(terminal: Terminal) -> Callable[[Engine, Request], Stats]:
    """Return what answers a request, shows only the progress, and returns the measurements."""
    return lambda engine, request: ask(engine, request, terminal, is_shown=False).stats


def stats_json(stats: Stats) -> dict[str, Any]:
    """Return the measurements of an answer as they stand in JSON."""
    return asdict(stats) | {
        "prefill_tokens_per_s": stats.prefill_tokens_per_s,
        "decode_tokens_per_s": stats.decode_tokens_per_s,
    }


def stats_line(stats: Stats) -> str:
    """Return the measurements of an answer in one line."""
    read = stats.prompt_tokens - stats.cached_tokens
    return " · ".join(
        (
            f"{stats.first_token_s:.2f} s to the first token",
            f"prompt {_tokens(read, stats.prefill_tokens_per_s)}",
            f"answer {_tokens(stats.generated_tokens, stats.decode_tokens_per_s)}",
            f"context {of_context(stats)}",
            *_dropped(stats.dropped_messages),
        )
    )


def of_context(stats: Stats) -> str:
    """Return how much of the context is used; of how much, remotes may not tell."""
    used = str(stats.context_used)
    return f"{used} of {stats.context_tokens}" if stats.context_tokens else used


def _dropped(messages: int) -> list[str]:
    return [f"without the {messages} oldest messages"] if messages else []


def _tokens(count: int, per_s: float) -> str:
    """Return a number of tokens with their speed, which a single one does not have."""
    text = "1 token" if count == 1 else f"{count} tokens"
    return f"{text} at {per_s:.1f}/s" if per_s else text
