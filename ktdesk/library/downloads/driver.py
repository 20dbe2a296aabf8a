# SPDX-License-Identifier: Apache-2.0
"""Works on the queue: starts and stops transfers, and writes down how they end.

All of it happens in `step`, which looks at what is wanted, at the clocks, and at what has ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from ktdesk.errors import DownloadError
from ktdesk.library.downloads.awake import Awake
from ktdesk.library.downloads.item import ACTIVE, State, Wait, is_verifying
from ktdesk.library.downloads.night import Night
from ktdesk.library.downloads.records import Record
from ktdesk.library.downloads.removal import erase_removed
from ktdesk.library.downloads.retries import Retries
from ktdesk.library.downloads.space import RESERVE_BYTES, Need, SpaceShortage, check_space
from ktdesk.library.downloads.store import Store
from ktdesk.library.downloads.transfer import Transfer, failure_of
from ktdesk.library.downloads.transport import Transport
from ktdesk.library.fetch.order import Order, Progress

_WRITE_EVERY_S = 1.0
_PATIENCE_S = 30.0  # with a transfer that waits for its host


@dataclass(frozen=True, slots=True)
class Rules:
    """How the queue is worked on.

    at_once: orders. bytes_per_s: of all together; 0: no limit. night: when; None for always.
    reserve_bytes: what stays free on a disk.
    """

    at_once: int = 1
    bytes_per_s: int = 0
    night: Night | None = None
    keeps_awake: bool = True
    reserve_bytes: int = RESERVE_BYTES


@dataclass(frozen=True, slots=True)
class Clock:
    """now: on the wall. monotonic_s: never set back."""

    now: Callable[[], datetime] = datetime.now
    monotonic_s: Callable[[], float] = time.monotonic


class Driver:
    """The one that works on the queue. Its methods are for one thread, its values for all.

    wake: called, on any thread, when there is something to do.
    """

    def __init__(
        self, store: Store, transport: Transport, clock: Clock, wake: Callable[[], None]
    ) -> None:
        self.awake = Awake()
        self._store, self._transport, self._clock, self._wake = store, transport, clock, wake
        self._transfers: dict[str, Transfer] = {}
        self._retries = Retries()
        self._written_s = clock.monotonic_s()
        store.queue_interrupted()

    @property
    def progress(self) -> dict[str, Progress]:
        """How far each order is that is worked on, by its id."""
        return {order_id: each.progress for order_id, each in self._transfers.copy().items()}

    def step(self, rules: Rules) -> None:
        """Do what is to be done now. Raises DownloadError if the list cannot be written."""
        self._end_transfers()
        self._erase_removed()
        is_open = rules.night is None or rules.night.is_at(self._clock.now())
        self._stop_unwanted(rules.at_once, is_open=is_open)
        self._mark_night(is_open=is_open)
        if is_open:
            self._start_transfers(rules)
        self._describe_transfers()
        if self._transfers and rules.keeps_awake:
            self.awake.hold()
        else:
            self.awake.release()

    def close(self) -> None:
        """Stop all transfers, wait for them, and leave their orders queued."""
        for transfer in self._transfers.values():
            transfer.stop()
        for transfer in self._transfers.values():
            transfer.wait()
        self._end_transfers()
        self._erase_removed()
        self._store.queue_interrupted()
        self.awake.release()

    def _end_transfers(self) -> None:
        """Write down what came of the transfers that have ended."""
        orders = {record.order.id: record.order for record in self._store.records()}
        for order_id, transfer in list(self._transfers.items()):
            if not transfer.has_ended:
                continue
            self._store.write_progress({order_id: transfer.progress})
            if transfer.error and orders.get(order_id, transfer.order) == transfer.order:
                self._settle_error(order_id, transfer, transfer.error)
            else:  # also if it failed at a source that it does not come from any more
                self._retries.forget(order_id)
                state = State.DONE if transfer.is_complete else State.QUEUED
                self._store.settle(order_id, state)
            transfer.wait()
            del self._transfers[order_id]

    def _settle_error(self, order_id: str, transfer: Transfer, error: DownloadError) -> None:
        failure = failure_of(error)
        waits_for = Wait.SPACE if error.kind == "full" else Wait.NETWORK
        if waits_for is Wait.NETWORK and not error.is_retryable:
            self._store.settle(order_id, State.FAILED, failure=failure)
            return
        self._retries.put_off(
            order_id,
            self._clock.monotonic_s(),
            is_short=waits_for is Wait.SPACE
            or transfer.progress.done_bytes > transfer.begun_at_bytes,
            least_s=error.retry_after_s or 0.0,
        )
        self._store.settle(order_id, State.WAITING, waits_for=waits_for, failure=failure)

    def _erase_removed(self) -> None:
        for order_id in erase_removed(self._store, self._transport, self._transfers):
            self._retries.forget(order_id)

    def _stop_unwanted(self, at_once: int, *, is_open: bool) -> None:
        """Stop what was paused, removed or given a new source, and what is more than may be."""
        wanted = [r.order for r in self._store.records() if r.state in ACTIVE and not r.is_removed]
        for order in wanted:
            transfer = self._transfers.get(order.id)
            if transfer is None or transfer.order != order:
                continue
            at_once -= not self._is_stuck(transfer)
            if at_once < 0:
                transfer.stop()
        for transfer in self._transfers.values():
            if transfer.order not in wanted or not is_open:
                transfer.stop()

    def _is_stuck(self, transfer: Transfer) -> bool:
        """Return whether it has waited for so long that others may use the time."""
        return transfer.waits_s(self._clock.monotonic_s()) >= _PATIENCE_S

    def _start_transfers(self, rules: Rules) -> None:
        for record in self._store.records():
            running = [each for each in self._transfers.values() if not self._is_stuck(each)]
            if len(running) >= rules.at_once:
                return
            if self._is_startable(record) and self._has_space(record, rules.reserve_bytes):
                self._start(record)

    def _is_startable(self, record: Record) -> bool:
        """Return whether it wants to run, and nothing else writes into its folder."""
        if record.is_removed or record.state not in (State.QUEUED, State.WAITING):
            return False
        is_due = self._retries.is_due(record.order.id, self._clock.monotonic_s())
        if record.state is State.WAITING and not is_due:
            return False
        folders = [transfer.order.folder for transfer in self._transfers.values()]
        return record.order.folder not in folders

    def _has_space(self, record: Record, reserve_bytes: int) -> bool:
        others = [self._need(transfer.order) for transfer in self._transfers.values()]
        try:
            check_space(self._need(record.order), others, reserve_bytes=reserve_bytes)
        except SpaceShortage as error:
            now_s = self._clock.monotonic_s()
            self._retries.put_off(record.order.id, now_s, is_short=True)
            failure = failure_of(error)
            if (record.waits_for, record.failure) != (Wait.SPACE, failure):
                self._store.settle(
                    record.order.id, State.WAITING, waits_for=Wait.SPACE, failure=failure
                )
            return False
        return True

    def _need(self, order: Order) -> Need:
        return Need(order.folder, self._transport.missing_bytes(order))

    def _start(self, record: Record) -> None:
        order_id = record.order.id
        self._store.settle(order_id, State.DOWNLOADING)
        self._transfers[order_id] = Transfer(
            record.order, self._transport, record.progress, self._wake, self._clock.monotonic_s
        )

    def _mark_night(self, *, is_open: bool) -> None:
        """Let orders wait for the night, or queue again when it has come."""
        for record in self._store.records():
            order_id = record.order.id
            if is_open and record.waits_for is Wait.NIGHT:
                self._store.settle(order_id, State.QUEUED)
            elif not is_open and record.state is State.QUEUED and order_id not in self._transfers:
                self._store.settle(order_id, State.WAITING, waits_for=Wait.NIGHT)

    def _describe_transfers(self) -> None:
        """Write down what the transfers are at, from time to time."""
        for record in self._store.records():
            transfer = self._transfers.get(record.order.id)
            if transfer is None or transfer.is_stopping or record.state not in ACTIVE:
                continue
            state = State.VERIFYING if is_verifying(transfer.progress) else State.DOWNLOADING
            if state is not record.state:
                self._store.settle(record.order.id, state)
        now_s = self._clock.monotonic_s()
        if self._transfers and now_s - self._written_s >= _WRITE_EVERY_S:
            self._written_s = now_s
            self._store.write_progress(self.progress)
