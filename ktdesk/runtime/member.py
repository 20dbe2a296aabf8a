# SPDX-License-Identifier: Apache-2.0
"""An answer on its way through a batch: what it waits for, and what it has said."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from ktdesk.devices.logits import TokenLogits
from ktdesk.kernels.streams import Flag
from ktdesk.runtime.request import Event
from ktdesk.runtime.rows import Bytes
from ktdesk.runtime.sequence import CachedSequence


@dataclass(frozen=True, slots=True)
class Step:
    """What an answer says to get the logits after its next token.

    tokens: that one; then others which may follow, computed with it only if it is alone. None, if
    its logits were computed so: then it goes on once its caller has what was said so far.
    """

    tokens: Sequence[int]


# Takes an event of an answer, on the thread that drives the batch; it must not wait for anything.
Hear = Callable[[Event], None]

# An answer goes on until it says a Step, and is sent logits for it, or a Prefill, after which it
# reads some more when it is resumed.
Sent = Sequence[TokenLogits] | None
Answering = Generator[Event | Step, Sent, None]


class Member:
    """One answer of a batch.

    prompt: what it will read first. begin: starts it on a sequence that has room for that.
    cancelled: set from any thread to end it. on_end: called when it is over. hear: takes its events
    but the last; None: they wait for its caller. The other attributes are the batch's: parked holds
    the rows of a sequence that had to leave the caches. together: how many were answered at a time,
    at most.
    """

    def __init__(
        self,
        prompt: Sequence[int],
        begin: Callable[[Member, CachedSequence], Answering],
        cancelled: Flag,
        on_end: Callable[[], None],
        hear: Hear | None,
        lock: threading.RLock,
    ) -> None:
        self.prompt, self.begin = prompt, begin
        self.cancelled, self.on_end, self.hear = cancelled, on_end, hear
        self.events: deque[Event] = deque()
        self.error: BaseException | None = None
        self.is_over = False
        self.ready = threading.Condition(lock)  # events have come, or it may drive the batch
        self.is_waiting = False
        self.sequence: CachedSequence | None = None
        self.answering: Answering | None = None
        self.step: Step | None = None
        self.parked: Bytes | None = None
        self.together = 1

    @property
    def has_news(self) -> bool:
        """Whether its caller has something to take."""
        return bool(self.events) or self.is_over

    def taken_error(self) -> BaseException:
        """Return the error that it ended with, and forget it: it refers to all that was there."""
        error, self.error = self.error, None
        assert error is not None
        return error

    @property
    def standing(self) -> CachedSequence:
        """Its sequence, once it has begun."""
        assert self.sequence is not None
        return self.sequence
