# SPDX-License-Identifier: Apache-2.0
"""Makes of what the database and the transfers say what people are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ktdesk.library.downloads.item import ACTIVE, UNDER_WAY, Item, State, Totals, Wait, is_waiting
from ktdesk.library.downloads.records import Record
from ktdesk.library.downloads.speed import Pace
from ktdesk.library.fetch.order import Progress


class Overview:
    """Knows how fast each order has come lately. For one thread at a time."""

    def __init__(self) -> None:
        self._paces: dict[str, Pace] = {}

    def items(
        self,
        records: Sequence[Record],
        live: Mapping[str, Progress],
        now_s: float,
        *,
        is_driven: bool,
    ) -> tuple[Item, ...]:
        """Return the orders that are not to be removed. live: newer than what the records say."""
        items = tuple(
            self._item(record, live.get(record.order.id, record.progress), now_s, is_driven)
            for record in records
            if not record.is_removed
        )
        going = {item.id for item in items if item.state in ACTIVE}
        self._paces = {key: pace for key, pace in self._paces.items() if key in going}
        return items

    def _item(self, record: Record, progress: Progress, now_s: float, is_driven: bool) -> Item:
        state = record.state
        if state in ACTIVE and not is_driven:  # whoever was at it is gone
            state = State.QUEUED
        if state not in ACTIVE:
            still = replace(progress, bytes_per_s=0.0, note="")
            return Item(record.order, state, still, record.waits_for, record.failure)
        if is_waiting(progress):
            return Item(record.order, State.WAITING, progress, Wait.NETWORK)
        pace = self._paces.setdefault(record.order.id, Pace())
        pace.note(now_s, progress.done_bytes)
        left = progress.size_bytes - progress.done_bytes
        remaining_s = pace.remaining_s(left)
        if remaining_s is None and progress.bytes_per_s > 0:
            remaining_s = left / progress.bytes_per_s
        return Item(record.order, state, progress, remaining_s=remaining_s)


def totals(items: Sequence[Item]) -> Totals:
    """Return the sums over all orders that are under way.

    The remaining time is that of all of them at the pace of those that are coming now.
    """
    under_way = [item for item in items if item.state in UNDER_WAY]
    size = sum(item.progress.size_bytes for item in under_way)
    done = sum(item.progress.done_bytes for item in under_way)
    return Totals(
        orders=len(under_way),
        size_bytes=size,
        done_bytes=done,
        bytes_per_s=sum(item.progress.bytes_per_s for item in under_way),
        remaining_s=_remaining_s(under_way, size - done),
    )


def _remaining_s(items: Sequence[Item], left_bytes: int) -> float | None:
    paces = [
        (item.progress.size_bytes - item.progress.done_bytes) / item.remaining_s
        for item in items
        if item.remaining_s
    ]
    return left_bytes / sum(paces) if sum(paces) > 0 else None
