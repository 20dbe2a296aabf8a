# SPDX-License-Identifier: Apache-2.0
"""Whose turn it is: a lock that those who wait get in the order in which they came."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager

from ktdesk.errors import Cancelled

_LOOK_S = 0.05  # how often one who waits looks whether it still should


class Turn:
    """Thread-safe. With a plain lock, one who comes again and again would keep others waiting."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._line: deque[object] = deque()  # the first has the turn

    @contextmanager
    def taken(self, is_cancelled: Callable[[], bool] = lambda: False) -> Generator[None]:
        """Wait for those who came before. Raises Cancelled if cancelled meanwhile."""
        ticket = object()
        with self._changed:
            self._line.append(ticket)
        try:
            with self._changed:
                while self._line[0] is not ticket:
                    if is_cancelled():
                        raise Cancelled
                    self._changed.wait(_LOOK_S)
            yield
        finally:
            with self._changed:
                self._line.remove(ticket)
                self._changed.notify_all()
