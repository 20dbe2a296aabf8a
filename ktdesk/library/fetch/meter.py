# SPDX-License-Identifier: Apache-2.0
"""How fast something has been lately."""

from __future__ import annotations

import threading
import time
from collections import deque

_WINDOW_S = 5.0


class Meter:
    """Counts bytes from any thread; one thread asks for the speed now and then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._total = 0
        self._samples = deque([(time.monotonic(), 0)])

    def add(self, size: int) -> None:
        """Count bytes."""
        with self._lock:
            self._total += size

    def bytes_per_s(self) -> float:
        """Return the mean speed of the last few seconds."""
        now = time.monotonic()
        with self._lock:
            self._samples.append((now, self._total))
            while len(self._samples) > 2 and self._samples[1][0] < now - _WINDOW_S:
                self._samples.popleft()
            began, before = self._samples[0]
            return (self._total - before) / (now - began) if now > began else 0.0
