# SPDX-License-Identifier: Apache-2.0
"""A request on its way through the queue: its place, and what comes of it.

The engine's thread puts items, the server's event loop takes them. A slow reader holds nobody up:
what it has not read yet waits here, and is never more than a context full of tokens.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ktdesk.engine import Engine
from ktdesk.runtime.progress import LoadProgress
from ktdesk.runtime.request import Done, Event, Failed, Prefill
from ktdesk.server.delivery import Delivery

_PROGRESS_S = 0.25  # between two words of how far the prompt, or the loading, is


@dataclass(frozen=True, slots=True)
class Tick:
    """Nothing has come for a while."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many tokens a prompt has."""

    tokens: int


Item = Event | LoadProgress | Counted | Tick
Work = Callable[[Engine], Iterator[Event | Counted]]


class Job:
    """Some work for the engine, with one model loaded.

    model: None gives the memory of the one that is loaded back. owner: whom it is for; owners take
    turns. keep_s: how long the model stays loaded afterwards without more work; below 0: for good;
    None: as the dispatcher does. delivery: to where its items are waited for, None: nowhere.
    tick_s: after how much silence a Tick comes.
    """

    def __init__(
        self,
        model: Path | None,
        work: Work,
        *,
        owner: str = "",
        request_id: str = "",
        keep_s: float | None = None,
        delivery: Delivery | None = None,
        tick_s: float = 10.0,
    ) -> None:
        self.model, self.work, self.owner, self.keep_s = model, work, owner, keep_s
        self.request_id = request_id
        self.is_cancelled = False
        self.lock = threading.Lock()  # between its beginning and its cancelling
        self._tick_s, self._delivery = tick_s, delivery
        self._items: asyncio.Queue[Item] = asyncio.Queue()
        self._said_s: dict[type[Item], float] = {}  # when progress was told last

    def put(self, item: Item) -> None:
        """Hand an item to whoever waits for it; from any thread, but one at a time.

        Progress in quick succession is left out, but for the first word of loading and of reading.
        """
        if isinstance(item, (Prefill, LoadProgress)):
            now = time.monotonic()
            if now - self._said_s.get(type(item), -_PROGRESS_S) < _PROGRESS_S:
                return
            self._said_s[type(item)] = now
        if self._delivery:
            self._delivery.put(self._items, item)

    async def next(self) -> Item:
        """Return the next item, or a Tick if none has come for a while."""
        try:
            async with asyncio.timeout(self._tick_s):  # `wait_for` may lose a cancellation
                return await self._items.get()
        except TimeoutError:
            return Tick()

    async def items(self) -> AsyncIterator[Item]:
        """Yield what comes, up to a Done or Failed."""
        while True:
            item = await self.next()
            yield item
            if isinstance(item, (Done, Failed)):
                return
