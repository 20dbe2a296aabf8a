# SPDX-License-Identifier: Apache-2.0
"""How fast downloads may be, all together."""

from __future__ import annotations

import threading
import time

_BURST_S = 0.25  # what may be taken at once after a pause


class SpeedLimit:
    """A bucket of bytes that fills at a steady rate. Shared by all, from any thread.

    bytes_per_s: 0 is no limit. Whoever waits notices a change at once.
    """

    def __init__(self, bytes_per_s: int = 0) -> None:
        self._bytes_per_s = bytes_per_s
        self._left = 0.0  # below 0: taken in advance
        self._filled_at = time.monotonic()
        self._changed = threading.Condition()

    @property
    def bytes_per_s(self) -> int:
        """The rate; 0 is no limit."""
        return self._bytes_per_s

    @bytes_per_s.setter
    def bytes_per_s(self, rate: int) -> None:
        with self._changed:
            self._fill()
            self._bytes_per_s = rate
            self._changed.notify_all()

    def piece_bytes(self, most_bytes: int) -> int:
        """Return how much to ask for at once, so that nobody waits long for what has come."""
        rate = self._bytes_per_s
        return min(most_bytes, max(rate // 8, 1024)) if rate else most_bytes

    def take(self, size: int, stop: threading.Event) -> None:
        """Account for bytes that have come; wait until they were allowed to, or for `stop`."""
        with self._changed:
            self._fill()
            self._left -= size
            while self._bytes_per_s and self._left < 0 and not stop.is_set():
                self._changed.wait(min(-self._left / self._bytes_per_s, 0.2))
                self._fill()

    def _fill(self) -> None:
        now = time.monotonic()
        rate = self._bytes_per_s
        self._left = min(self._left + (now - self._filled_at) * rate, rate * _BURST_S)
        if not rate:
            self._left = 0.0
        self._filled_at = now
