# SPDX-License-Identifier: Apache-2.0
"""Fetches the files of one order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from ktdesk.library.fetch.order import Order, Origin, Progress
from ktdesk.library.fetch.speed_limit import SpeedLimit
from ktdesk.library.fetch.tuning import Tuning
from ktdesk.library.web import Web


class Fetcher:
    """Fetches one order into its folder; what is there already is not fetched again."""

    def __init__(
        self,
        order: Order,
        origins: Sequence[Origin],
        web: Web,
        *,
        limit: SpeedLimit | None = None,
        tuning: Tuning | None = None,
    ) -> None:
        self._order = order
        self._origins = tuple(origins)
        self._web = web
        self._limit = limit or SpeedLimit()
        self._tuning = tuning or Tuning()

    def run(self, stop: threading.Event, report: Callable[[Progress], None]) -> None:
        """Fetch, verify and put in place all files; return when all are complete.

        stop: ends it within about a second; everything that has come is kept. report: gets the
        progress a few times a second, in the thread of the caller.

        Raises Cancelled after `stop`, and DownloadError. Failures that may pass are waited out
        without end, so an error is one that somebody has to do something about.
        """
        raise NotImplementedError
