# SPDX-License-Identifier: Apache-2.0
"""From the engine's threads to the event loop, with one wake-up for all that lies there.

A step of a batch has a token for each answer. Waking the loop for each of them would have it
compete with the thread that chooses the others.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import Any


class Delivery:
    """Puts items into queues of an event loop, in the order in which they came. Thread-safe."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._lock = loop, threading.Lock()
        self._items: list[tuple[asyncio.Queue[Any], Any]] = []

    def put(self, queue: asyncio.Queue[Any], item: Any) -> None:
        """Hand an item to whoever waits at a queue; if the loop has ended, nobody does."""
        with self._lock:
            self._items.append((queue, item))
            is_first = len(self._items) == 1
        if is_first:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        with self._lock:
            items, self._items = self._items, []
        for queue, item in items:
            queue.put_nowait(item)
