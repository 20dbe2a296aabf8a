# SPDX-License-Identifier: Apache-2.0
"""Tells listeners that something has changed: from one thread, not too often, and never too few."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

LEAST_INTERVAL_S = 0.25

log = logging.getLogger(__name__)


class Announcer:
    """Calls listeners after every `announce`, those of a quarter of a second as one.

    What a listener raises is logged, and keeps nobody else from hearing.
    """

    def __init__(self) -> None:
        self._listeners: list[Callable[[], object]] = []
        self._lock = threading.Lock()
        self._has_news = threading.Event()
        self._is_closing = threading.Event()
        self._thread: threading.Thread | None = None

    def subscribe(self, listener: Callable[[], object]) -> Callable[[], None]:
        """Call this from now on; return what ends it."""
        with self._lock:
            self._listeners.append(listener)

        def leave() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return leave

    def start(self) -> None:
        """Begin to call."""
        self._thread = threading.Thread(target=self._run, name="downloads-events")
        self._thread.start()

    def announce(self) -> None:
        """Say that something has changed. Returns at once."""
        self._has_news.set()

    def close(self) -> None:
        """Call once more if there is news, and end. Not for listeners to call."""
        self._is_closing.set()
        self._has_news.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        while True:
            self._has_news.wait()
            self._has_news.clear()
            self._call()
            if self._is_closing.wait(LEAST_INTERVAL_S):
                if self._has_news.is_set():
                    self._call()
                return

    def _call(self) -> None:
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            try:
                listener()
            except Exception:
                log.exception("A listener of the downloads failed")
