# SPDX-License-Identifier: Apache-2.0
"""How fast something has come lately, and how long the rest will take."""

from __future__ import annotations

from collections import deque

WINDOW_S = 30.0
_LEAST_S = 2.0  # less says nothing: data reaches the disk in bursts


class Pace:
    """The mean rate of the last half minute. Times are of a clock that is never set back."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, int]] = deque()

    def note(self, now_s: float, done_bytes: int) -> None:
        """Take down how much is done by now. Less than before, as after a repair, begins anew."""
        points = self._points
        if points and done_bytes < points[-1][1]:
            points.clear()
        points.append((now_s, done_bytes))
        while len(points) > 2 and points[1][0] <= now_s - WINDOW_S:
            points.popleft()

    @property
    def bytes_per_s(self) -> float:
        """The mean rate; 0 as long as too little is known."""
        if not self._points:
            return 0.0
        (begin_s, begin), (end_s, end) = self._points[0], self._points[-1]
        return (end - begin) / (end_s - begin_s) if end_s - begin_s >= _LEAST_S else 0.0

    def remaining_s(self, left_bytes: int) -> float | None:
        """Return how long so much more will take; None as long as that cannot be told."""
        rate = self.bytes_per_s
        return left_bytes / rate if rate > 0 else None
