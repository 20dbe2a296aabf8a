# SPDX-License-Identifier: Apache-2.0
"""A queue of downloads, and waiting for what it comes to show."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ktdesk.library.downloads.driver import Rules
from ktdesk.library.downloads.item import Snapshot
from ktdesk.library.downloads.queue import DownloadQueue

PATIENCE_S = 30.0  # with threads and processes, on a busy machine
RULES = Rules(reserve_bytes=0, keeps_awake=False)


class Watched:
    """A queue, and waiting for what it comes to show."""

    def __init__(self, folder: Path, transport: Any, rules: Rules = RULES) -> None:
        self.transport = transport
        self.queue = DownloadQueue(folder, transport, rules=rules)
        self._has_news = threading.Condition()
        self.queue.subscribe(self._hear)

    def _hear(self) -> None:
        with self._has_news:
            self._has_news.notify_all()

    def wait(self, shows: Callable[[Snapshot], object]) -> Snapshot:
        with self._has_news:
            found = self._has_news.wait_for(lambda: shows(self.queue.snapshot()), PATIENCE_S)
        assert found, self.queue.snapshot()
        return self.queue.snapshot()

    def wait_for(self, states: str) -> None:
        self.wait(lambda snapshot: states_of(snapshot) == states)


def states_of(snapshot: Snapshot) -> str:
    return " ".join(item.state.value for item in snapshot.items)
