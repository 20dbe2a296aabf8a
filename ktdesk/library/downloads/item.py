# SPDX-License-Identifier: Apache-2.0
"""What is shown of the queue: values, none of which changes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ktdesk.library.fetch.order import FileProgress, FileState, Order, Progress


class State(Enum):
    """Where an order stands."""

    QUEUED = "queued"
    DOWNLOADING = "downloading"
    VERIFYING = "verifying"
    PAUSED = "paused"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Wait(Enum):
    """What an order waits for that is under way."""

    NIGHT = "night"
    NETWORK = "network"
    SPACE = "space"


ACTIVE = (State.DOWNLOADING, State.VERIFYING)
UNDER_WAY = (State.QUEUED, State.WAITING, *ACTIVE)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an order stands still. kind: that of the DownloadError.

    is_retryable: whether resuming may help without anything else having changed. text, hint: for
    people.
    """

    kind: str
    is_retryable: bool
    text: str
    hint: str


@dataclass(frozen=True, slots=True)
class Item:
    """One order of the queue.

    waits_for: None unless the state is WAITING. failure: also why it waits for network or space.
    remaining_s: None as long as it cannot be told.
    """

    order: Order
    state: State
    progress: Progress
    waits_for: Wait | None = None
    failure: Failure | None = None
    remaining_s: float | None = None

    @property
    def id(self) -> str:
        """Of the order."""
        return self.order.id


@dataclass(frozen=True, slots=True)
class Totals:
    """Of all orders that are under way. remaining_s: None as long as it cannot be told."""

    orders: int
    size_bytes: int
    done_bytes: int
    bytes_per_s: float
    remaining_s: float | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The queue at one moment, in its order.

    is_driven: whether a process is there that works on it. awake: whether the computer is kept
    from sleeping, in words; '' when nothing is fetched here. notice: what happened to the list
    itself, for people; or ''.
    """

    items: tuple[Item, ...]
    totals: Totals
    is_driven: bool
    awake: str = ""
    notice: str = ""


def not_begun(order: Order) -> Progress:
    """Return the progress of an order of which nothing has been fetched."""
    return Progress(tuple(FileProgress(file, FileState.WAITING, 0) for file in order.files), 0.0)


def is_verifying(progress: Progress) -> bool:
    """Return whether all that is left to do is to verify."""
    left = {file.state for file in progress.files} - {FileState.COMPLETE}
    return left == {FileState.VERIFYING}


def is_waiting(progress: Progress) -> bool:
    """Return whether nothing comes, for a reason that is said."""
    return bool(progress.note) and not progress.bytes_per_s and not is_verifying(progress)
