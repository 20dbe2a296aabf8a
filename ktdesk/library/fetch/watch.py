# SPDX-License-Identifier: Apache-2.0
"""Whether a connection is worth keeping. One that sends nothing at all ends by itself."""

from __future__ import annotations

import time

from ktdesk.errors import DownloadError
from ktdesk.library.fetch.speed_limit import SpeedLimit
from ktdesk.library.fetch.tuning import Tuning


class Watch:
    """Counts what a connection brings. Of one thread."""

    def __init__(self, tuning: Tuning, limit: SpeedLimit, host: str) -> None:
        self._tuning = tuning
        self._limit = limit
        self._host = host
        self._begin()

    def add(self, size: int) -> None:
        """Count bytes. Raises DownloadError if there were too few for too long."""
        self._size += size
        if time.monotonic() - self._began < self._tuning.slow_s:
            return
        if self._size < self._tuning.slow_bytes_per_s * self._tuning.slow_s and not self._is_held:
            raise DownloadError(
                f"{self._host} has become too slow; another connection is tried.", kind="offline"
            )
        self._begin()

    @property
    def _is_held(self) -> bool:
        """Whether it is so slow because it is told to be."""
        share = self._limit.bytes_per_s / self._tuning.connections
        return 0 < share < 2 * self._tuning.slow_bytes_per_s

    def _begin(self) -> None:
        self._began, self._size = time.monotonic(), 0
