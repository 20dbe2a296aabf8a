# SPDX-License-Identifier: Apache-2.0
"""An engine with the interface of `ktdesk.engine.Engine` that answers what it is told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ktdesk import Done, Event, ModelInfo, Prefill, PromptSize, Request, Stats, Token
from ktdesk.engine import LoadProgress
from ktdesk.errors import Cancelled, ModelFileError, RequestError

STATS = Stats(
    prompt_tokens=10,
    cached_tokens=2,
    generated_tokens=3,
    first_token_s=0.25,
    prefill_s=0.5,
    decode_s=0.1,
    context_used=13,
    context_tokens=512,
)


def answer(text: str) -> list[Event]:
    """Return the events of an answer, a token for each word."""
    words = [Token(at, f"{word} ") for at, word in enumerate(text.split())]
    return [Prefill(2, 10), Prefill(10, 10), *words, Done("end", STATS)]


class FakeEngine:
    """Loads every file that exists; `events` makes the answer to a request."""

    def __init__(self) -> None:
        self.threads = 0
        self.counts = np.zeros((0, 0), np.int64)
        self.info: ModelInfo | None = None
        self.loads: list[tuple[Path, int, int, str]] = []
        self.requests: list[Request] = []
        self.events: Callable[[Request], Iterable[Event]] = lambda request: answer("Hello world")
        self.during_load: Callable[[], None] = lambda: None
        self.cancelled = threading.Event()
        self._load_cancelled = threading.Event()

    def load(
        self,
        path: Path,
        *,
        placement: str = "auto",
        context_tokens: int = 0,
        cache_type: str = "f16",
        weights: str = "auto",
        kept_bytes: int = 0,
        vram_bytes: int = 0,
        deferred_experts: int = 0,
        parallel: int = 1,
        progress: Callable[[LoadProgress], None] = lambda now: None,
    ) -> ModelInfo:
        self._load_cancelled.clear()
        self.info = None
        self.loads.append((path, self.threads, context_tokens, cache_type))
        if not path.is_file():
            raise ModelFileError(path, f"There is no file {path}.", hint="Check the path.")
        progress(LoadProgress("Reading the weights", 0.5))
        self.during_load()
        if self._load_cancelled.is_set():
            raise Cancelled
        progress(LoadProgress("Ready", 1.0))
        self.info = ModelInfo(
            path=path,
            name=path.stem,
            architecture="deepseek2",
            parameters=134_515_008,
            size_bytes=143_000_000,
            weight_types="Q8_0, F32",
            layers=30,
            experts=64,
            experts_used=8,
            context_tokens=context_tokens or 512,
            placement=placement,
        )
        return self.info

    def cancel_load(self) -> None:
        self._load_cancelled.set()

    def generate(self, request: Request) -> Iterator[Event]:
        self.cancelled.clear()
        self.requests.append(request)
        return iter(self.events(request))

    def cancel(self, request_id: str) -> None:
        if self.requests and request_id == self.requests[-1].id:
            self.cancelled.set()

    def count_tokens(self, text: str) -> int:
        if self.info is None:
            raise RequestError("No model is loaded.")
        return len(text.split())

    def measure(self, request: Request) -> PromptSize:
        """Return the words of all messages; with 'shift', without the first that are too many."""
        if self.info is None:
            raise RequestError("No model is loaded.")
        sizes = [self.count_tokens(message.content) for message in request.messages]
        dropped = 0
        while request.options.context_full == "shift" and sum(sizes[dropped:]) >= 512:
            dropped += 1
        return PromptSize(sum(sizes[dropped:]), dropped, self.info.context_tokens)

    def expert_counts(self) -> NDArray[np.int64] | None:
        return self.counts if self.info else None

    def unload(self) -> None:
        self.cancel_load()
        self.cancelled.set()
        self.info = None
