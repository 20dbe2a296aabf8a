# SPDX-License-Identifier: Apache-2.0
"""A download that runs in a process of its own, to be killed."""

from __future__ import annotations

import multiprocessing
import sys
from multiprocessing.process import BaseProcess

from ktdesk.library.fetch.order import Order
from ktdesk.library.fetch.tuning import Tuning
from tests.integration.downloads.orders import ServerOrigin, fetch

# Processes begin with this module read, in milliseconds, where the system allows it.
_KIND = "spawn" if sys.platform == "win32" else "forkserver"
_context = multiprocessing.get_context(_KIND)
_context.set_forkserver_preload([__name__])


def start(order: Order, url: str, tuning: Tuning) -> BaseProcess:
    """Return a process that fetches an order from a server."""
    process = _context.Process(target=_run, args=(order, url, tuning))
    process.start()
    return process


def _run(order: Order, url: str, tuning: Tuning) -> None:
    reports = fetch(order, ServerOrigin(url), tuning=tuning)
    notes = {report.note for report in reports}
    assert notes == {""}  # nothing had to be repaired, and nothing began again
