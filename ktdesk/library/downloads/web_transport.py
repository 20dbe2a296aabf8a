# SPDX-License-Identifier: Apache-2.0
"""The transport that fetches from the sources of models."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from ktdesk.library.fetch.disk import allocated_bytes
from ktdesk.library.fetch.fetcher import Fetcher
from ktdesk.library.fetch.names import JOURNAL, PART, place
from ktdesk.library.fetch.order import Order, Origin, Progress
from ktdesk.library.fetch.speed_limit import SpeedLimit
from ktdesk.library.fetch.tuning import Tuning
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.web import Web


class WebTransport:
    """Fetches orders with `Fetcher`. From any thread.

    origin_of: tells the source of an order; raises DownloadError if there is none any more.
    """

    def __init__(
        self, web: Web, origin_of: Callable[[Order], Origin], tuning: Tuning | None = None
    ) -> None:
        self._web, self._origin_of, self._tuning = web, origin_of, tuning
        self._limit = SpeedLimit()

    def fetch(
        self, order: Order, stop: threading.Event, report: Callable[[Progress], None]
    ) -> None:
        """Bring an order's files onto the disk. Raises Cancelled and DownloadError."""
        origins = [self._origin_of(order)]
        Fetcher(order, origins, self._web, limit=self._limit, tuning=self._tuning).run(stop, report)

    def missing_bytes(self, order: Order) -> int:
        """Return how much more of the disk an order will take."""
        return sum(_missing_bytes(order.folder, file) for file in order.files)

    def files(self, order: Order) -> tuple[Path, ...]:
        """Return what of an order is on the disk: whole files, parts, the journal."""
        targets = [place(order.folder, file.path) for file in order.files]
        parts = [target.with_name(target.name + PART) for target in targets]
        journal = sorted(order.folder.glob(f"{JOURNAL}*"))
        return tuple(path for path in (*targets, *parts, *journal) if path.is_file())

    def limit(self, bytes_per_s: int) -> None:
        """Let all that is fetched be no faster than this together; 0: no limit."""
        self._limit.bytes_per_s = bytes_per_s


def _missing_bytes(folder: Path, file: RemoteFile) -> int:
    target = place(folder, file.path)
    try:
        if target.stat().st_size == file.size_bytes:
            return 0
    except OSError:  # not there yet
        pass
    taken = allocated_bytes(target.with_name(target.name + PART))
    return max(0, file.size_bytes - taken)
