# SPDX-License-Identifier: Apache-2.0
"""The last requests of the server: who asked what when, and how it went. Never what was said."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from ktdesk.runtime.request import Stats

MOST_KEPT = 500
_MOST_SHOWN = 200  # characters of what a client has written


@dataclass(eq=False)
class Visit:
    """A request. client: its key's name, or its address. api: 'openai', 'ollama' or 'anthropic'.

    began: in seconds since the epoch. status: of HTTP, 0 while it is under way. Tokens and seconds
    are those of all its answers together.
    """

    number: int
    began: float
    client: str
    api: str
    what: str
    model: str = ""
    status: int = 0
    seconds: float = 0.0
    prompt_tokens: int = 0
    answer_tokens: int = 0
    tokens_per_s: float = 0.0
    cancels: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]], repr=False)

    @property
    def can_cancel(self) -> bool:
        """Whether the engine works for it, or will."""
        return not self.status and bool(self.cancels)

    def add_answer(self, stats: Stats) -> None:
        """Note what an answer took."""
        self.prompt_tokens = max(self.prompt_tokens, stats.prompt_tokens)
        self.answer_tokens += stats.generated_tokens
        self.tokens_per_s = stats.decode_tokens_per_s

    def cancel(self) -> None:
        """Free its place; what it has been answered so far stands. From any thread."""
        for cancel in list(self.cancels):
            cancel()


class Visits:
    """The last requests, oldest first. Written by the event loop, read from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._visits: deque[Visit] = deque(maxlen=MOST_KEPT)
        self._count = 0

    def begin(self, method: str, path: str, api: str) -> Visit:
        """Note that a request has come."""
        with self._lock:
            self._count += 1
            what = f"{method} {path[:_MOST_SHOWN]}"
            visit = Visit(self._count, time.time(), "", api, what)
            self._visits.append(visit)
            return visit

    def last(self) -> tuple[Visit, ...]:
        """Return the requests that are kept, oldest first."""
        with self._lock:
            return tuple(self._visits)
