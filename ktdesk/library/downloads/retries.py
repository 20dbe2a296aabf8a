# SPDX-License-Identifier: Apache-2.0
"""When orders that could not go on are tried again."""

from __future__ import annotations

_FIRST_S, _LONGEST_S = 5.0, 300.0


class Retries:
    """After each attempt that brought nothing, twice as long a wait; without end.

    Times are of a clock that is never set back.
    """

    def __init__(self) -> None:
        self._waits: dict[str, tuple[float, float]] = {}  # until when, and how long that was

    def put_off(self, order_id: str, now_s: float, *, is_short: bool, least_s: float = 0.0) -> None:
        """Take down an attempt that failed now.

        is_short: begin with short waits again. least_s: what the host asks for.
        """
        _, before = self._waits.get(order_id, (0.0, 0.0))
        wait = _FIRST_S if is_short or not before else min(2 * before, _LONGEST_S)
        self._waits[order_id] = now_s + max(wait, least_s), wait

    def is_due(self, order_id: str, now_s: float) -> bool:
        """Return whether it may be tried."""
        return now_s >= self._waits.get(order_id, (0.0, 0.0))[0]

    def forget(self, order_id: str) -> None:
        """Begin with short waits the next time."""
        self._waits.pop(order_id, None)
