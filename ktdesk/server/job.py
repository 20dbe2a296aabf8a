# SPDX-License-Identifier: Apache-2.0
"""A request on its way through the queue: its place, and what comes of it.

The engine's thread puts items, the server's event loop takes them. A slow reader holds nobody up:
what it has not read yet waits here, and is never more than a context full of tokens.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ktdesk.engine import Engine
from ktdesk.runtime.progress import LoadProgress
from ktdesk.runtime.request import Done, Event, Failed


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
    None: as the dispatcher does. loop: where its items are waited for, None: nowhere. tick_s: after
    how much silence a Tick comes.
    """

    def __init__(
        self,
        model: Path | None,
        work: Work,
        *,
        owner: str = "",
        request_id: str = "",
        keep_s: float | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
        tick_s: float = 10.0,
    ) -> None:
        self.model, self.work, self.owner, self.keep_s = model, work, owner, keep_s
        self.request_id = request_id
        self.is_cancelled = False
        self.lock = threading.Lock()  # between its beginning and its cancelling
        self._tick_s = tick_s
        self._loop = loop
        self._items: asyncio.Queue[Item] = asyncio.Queue()

    def put(self, item: Item) -> None:
        """Hand an item to whoever waits for it; from any thread."""
        if self._loop is None:
            return
        with suppress(RuntimeError):  # the loop has ended, nobody waits
            self._loop.call_soon_threadsafe(self._items.put_nowait, item)

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
