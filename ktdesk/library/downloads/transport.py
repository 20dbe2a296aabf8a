# SPDX-License-Identifier: Apache-2.0
"""What the queue needs of whatever fetches files."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ktdesk.library.fetch.order import Order, Progress


class Transport(Protocol):
    """Fetches orders. Its methods may be called from any thread, for several orders at once."""

    def fetch(
        self, order: Order, stop: threading.Event, report: Callable[[Progress], None]
    ) -> None:
        """Bring an order's files onto the disk, going on where it was left; return when all are.

        Raises Cancelled soon after `stop` is set, with what has come safe on the disk; and
        DownloadError.
        """
        ...

    def missing_bytes(self, order: Order) -> int:
        """Return how much more of the disk an order will take."""
        ...

    def files(self, order: Order) -> tuple[Path, ...]:
        """Return what of an order is on the disk: whole files, parts, and notes about them."""
        ...

    def limit(self, bytes_per_s: int) -> None:
        """Let all that is fetched be no faster than this together, from now on; 0: no limit."""
        ...
