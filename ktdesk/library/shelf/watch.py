# SPDX-License-Identifier: Apache-2.0
"""Notices what changes on the disk, by looking again and again.

Systems tell of changes in many ways, and network disks not at all.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from ktdesk.library.shelf.model import LocalModel
from ktdesk.library.shelf.shelf import Inventory, Shelf

log = logging.getLogger(__name__)

INTERVAL_S = 5.0
_SHARE = 0.02  # of the time may be spent looking: folders of ten thousand files, slow disks


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed since the last look. inventory: what there is now.

    added, gone: models that are listed anew, or no longer. changed: those of which a file, the
    state or anything else is another one than before, as they are now.
    """

    inventory: Inventory
    added: tuple[LocalModel, ...]
    changed: tuple[LocalModel, ...]
    gone: tuple[LocalModel, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)


Listener = Callable[[Changes], None]


class Watcher:
    """Looks at a shelf again and again, in a thread of its own, from `start` to `close`.

    listener: is called in that thread, the first time with all there is as added.
    """

    def __init__(self, shelf: Shelf, listener: Listener, interval_s: float = INTERVAL_S) -> None:
        self._shelf, self._listener, self._interval_s = shelf, listener, interval_s
        self._wake, self._is_closed = threading.Event(), False
        self._thread = threading.Thread(target=self._run, name="shelf-watch", daemon=True)

    def start(self) -> Watcher:
        """Begin to look."""
        self._thread.start()
        return self

    def look_now(self) -> None:
        """Look at once instead of at the next time, as after a download."""
        self._wake.set()

    def close(self) -> None:
        """Stop; no listener is called any more when this returns."""
        self._is_closed = True
        self._wake.set()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join()

    def _run(self) -> None:
        before: Inventory | None = None
        while not self._is_closed:
            self._wake.clear()
            start = time.monotonic()
            before = self._look(before)
            took = time.monotonic() - start
            self._wake.wait(max(self._interval_s, took / _SHARE))

    def _look(self, before: Inventory | None) -> Inventory | None:
        try:
            now = self._shelf.look()
            changes = compare(before or Inventory(()), now)
            if not self._is_closed and (changes or before is None or unlike(before, now)):
                self._listener(changes)
        except Exception:
            log.exception("Models could not be looked for")
            return before
        return now


def compare(before: Inventory, now: Inventory) -> Changes:
    """Say what is different between two looks."""
    old = {model.path: model for model in before.models}
    new = {model.path: model for model in now.models}
    return Changes(
        now,
        added=tuple(model for path, model in new.items() if path not in old),
        changed=tuple(model for path, model in new.items() if old.get(path, model) != model),
        gone=tuple(model for path, model in old.items() if path not in new),
    )


def unlike(before: Inventory, now: Inventory) -> bool:
    """Return whether other folders than before could not be read."""
    return before.unreadable != now.unreadable
