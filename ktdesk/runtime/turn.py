# SPDX-License-Identifier: Apache-2.0
"""Whose turn it is: a lock that those who wait get in the order in which they came.

Some may share it: they wait only for those before them who do not.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile

from ktdesk.errors import Cancelled

_LOOK_S = 0.05  # how often one who waits looks whether it still should


@dataclass(eq=False, slots=True)
class Ticket:
    """A place in the line."""

    is_shared: bool


class Turn:
    """Thread-safe. With a plain lock, one who comes again and again would keep others waiting."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._line: deque[Ticket] = deque()

    @contextmanager
    def taken(self, is_cancelled: Callable[[], bool] = lambda: False) -> Generator[None]:
        """Take the turn, and give it back after the `with` block."""
        ticket = self.take(is_cancelled)
        try:
            yield
        finally:
            self.give_back(ticket)

    def take(
        self, is_cancelled: Callable[[], bool] = lambda: False, *, is_shared: bool = False
    ) -> Ticket:
        """Wait for those who came before. Raises Cancelled if cancelled meanwhile.

        is_shared: others who say so may have the turn together with this one.
        """
        ticket = Ticket(is_shared)
        try:
            with self._changed:
                self._line.append(ticket)
                self._wait(ticket, is_cancelled)
        except BaseException:
            self.give_back(ticket)
            raise
        return ticket

    def give_back(self, ticket: Ticket) -> None:
        """End a turn, from any thread. It may have ended."""
        with self._changed:
            if ticket in self._line:
                self._line.remove(ticket)
                self._changed.notify_all()

    def _may_go(self, ticket: Ticket) -> bool:
        before = takewhile(lambda other: other is not ticket, self._line)
        return all(ticket.is_shared and other.is_shared for other in before)

    def _wait(self, ticket: Ticket, is_cancelled: Callable[[], bool]) -> None:
        while not self._may_go(ticket):
            if is_cancelled():
                raise Cancelled
            self._changed.wait(_LOOK_S)
