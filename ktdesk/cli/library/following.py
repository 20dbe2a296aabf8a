# SPDX-License-Identifier: Apache-2.0
"""Watches downloads until they end: a bar in a terminal, a line now and then elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ktdesk.cli.library.download_text import amount_text, fraction, state_text, total_text
from ktdesk.cli.program import Program, on_interrupt
from ktdesk.errors import Cancelled, DownloadError

if TYPE_CHECKING:
    from ktdesk.library.downloads.item import Item, Snapshot
    from ktdesk.library.downloads.queue import DownloadQueue

_HOSTS = ("offline", "busy", "refused", "missing", "changed", "damaged")  # the source's fault


def follow(queue: DownloadQueue, order_id: str, program: Program) -> None:
    """Work on the queue until an order is done. Ctrl+C pauses it, and raises Cancelled.

    Raises DownloadError if it fails, or is paused or removed by another program.
    """
    teller = _Teller(program)

    def is_over(snapshot: Snapshot) -> bool:
        item = _find(order_id, snapshot)
        if item is not None:
            teller.tell(item)
        return item is None or item.state.value in ("done", "failed", "paused")

    is_interrupted = _watch(queue, is_over, lambda: queue.pause(order_id))
    program.terminal.clear_progress()
    if is_interrupted:
        program.terminal.note("Paused. The same command goes on with it.")
        raise Cancelled
    _check_done(_find(order_id, queue.snapshot()))


def follow_all(queue: DownloadQueue, program: Program) -> None:
    """Work on the queue until nothing is under way. Ctrl+C raises Cancelled; all stays queued."""
    terminal = program.terminal
    interrupted = threading.Event()

    def is_over(snapshot: Snapshot) -> bool:
        totals = snapshot.totals
        share = totals.done_bytes / totals.size_bytes if totals.size_bytes else 0.0
        terminal.progress(total_text(totals), share)
        return not totals.orders or interrupted.is_set()

    is_interrupted = _watch(queue, is_over, interrupted.set)
    terminal.clear_progress()
    if is_interrupted:
        raise Cancelled


def _watch(
    queue: DownloadQueue, is_over: Callable[[Snapshot], bool], on_ctrl_c: Callable[[], None]
) -> bool:
    """Work on the queue until it is over; return whether that is because of Ctrl+C."""
    news, interrupted = threading.Event(), threading.Event()

    def interrupt() -> None:
        interrupted.set()
        news.set()

    leave = queue.subscribe(news.set)
    queue.start()
    with on_interrupt(interrupt):
        while not is_over(queue.snapshot()):
            news.wait(1.0)  # Windows: a wait without end hears no Ctrl+C
            news.clear()
            if interrupted.is_set():
                on_ctrl_c()
    leave()
    return interrupted.is_set()


def _find(order_id: str, snapshot: Snapshot) -> Item | None:
    return next((item for item in snapshot.items if item.id == order_id), None)


def _check_done(item: Item | None) -> None:
    if item is None or item.state.value == "paused":
        what = "removed" if item is None else "paused"
        raise DownloadError(
            f"The download was {what} by another program.",
            hint="The same command goes on with it.",
        )
    if failure := item.failure:
        elsewhere = "Another source may have it: --source." if failure.kind in _HOSTS else ""
        hints = [text for text in (failure.hint, elsewhere) if text]
        raise DownloadError(failure.text, hint=" ".join(hints))


class _Teller:
    """Tells how an order comes on: what changes, and every tenth of it, where there is no bar."""

    def __init__(self, program: Program) -> None:
        self._terminal = program.terminal
        self._night_from = program.settings.downloads.night_from
        self._told: tuple[str, int] | None = None

    def tell(self, item: Item) -> None:
        """Say how far it is."""
        text = amount_text(item)
        why = item.failure.text if item.failure else item.progress.note
        if item.waits_for and item.waits_for.value == "night":
            why = f"it begins at {self._night_from}; --now does not wait"
        if item.state.value != "downloading":
            text = f"{state_text(item)}: {why or text}"
        if self._terminal.shows_progress:
            self._terminal.progress(text, fraction(item))
            return
        now = state_text(item), int(10 * fraction(item))
        if now != self._told:
            self._told = now
            self._terminal.note(f"{fraction(item):4.0%}  {text}")
