# SPDX-License-Identifier: Apache-2.0
"""The thread that works on the list, or watches another process do so, and what it shows."""

from __future__ import annotations

import logging
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace

from ktdesk.errors import DownloadError
from ktdesk.library.downloads.announcer import Announcer
from ktdesk.library.downloads.driver import Clock, Driver, Rules
from ktdesk.library.downloads.driver_lock import DriverLock
from ktdesk.library.downloads.item import Snapshot
from ktdesk.library.downloads.overview import Overview, totals
from ktdesk.library.downloads.removal import erase_removed
from ktdesk.library.downloads.store import Store
from ktdesk.library.downloads.transport import Transport

_TICK_S = 0.25  # how soon it is noticed what another process asks for

log = logging.getLogger(__name__)


class Runner:
    """Takes the driver's lock as soon as it is free, and steps the driver; tells what changes.

    From any thread. snapshot: the list as it was seen last.
    """

    def __init__(
        self, store: Store, lock: DriverLock, transport: Transport, rules: Rules, clock: Clock
    ) -> None:
        self.announcer = Announcer()
        self.rules = rules
        self._store, self._driver_lock, self._transport = store, lock, transport
        self._clock, self._overview = clock, Overview()
        self._lock = threading.RLock()  # of the overview and the snapshot
        self._wake, self._is_closing = threading.Event(), False
        self._driver: Driver | None = None
        self._thread: threading.Thread | None = None
        self._notice = store.notice
        self.snapshot = self._look(is_driven=not lock.is_free())

    def start(self) -> None:
        """Begin."""
        self.announcer.start()
        self._thread = threading.Thread(target=self._run, name="downloads")
        self._thread.start()

    def close(self) -> None:
        """Stop all transfers, and end when all that has come is safe and everybody was told."""
        self._is_closing = True
        self.wake()
        if self._thread is not None:
            self._thread.join()
            self.announcer.close()

    def wake(self) -> None:
        """Look at once whether there is something to do."""
        self._wake.set()

    def refresh(self) -> Snapshot:
        """Return the list as it is now, not as it was a moment ago."""
        with self._lock:
            self._show(is_driven=self.snapshot.is_driven)
            return self.snapshot

    def notice_change(self) -> None:
        """Show and do what this process has just written into the list."""
        if self._thread is None and self._driver_lock.take():  # nobody else would do it
            erase_removed(self._store, self._transport)
            self._driver_lock.release()
        self.refresh()
        self.wake()

    def _look(self, *, is_driven: bool) -> Snapshot:
        driver = self._driver  # which its thread may let go of meanwhile
        live = driver.progress if driver else {}
        items = self._overview.items(
            self._store.records(), live, self._clock.monotonic_s(), is_driven=is_driven
        )
        awake = driver.awake.state if driver else ""
        return Snapshot(items, totals(items), is_driven, awake, self._notice)

    def _run(self) -> None:
        while not self._is_closing:
            with self._errors_noticed():
                self._step()
            self._wake.wait(_TICK_S)
            self._wake.clear()
        try:
            with self._errors_noticed():
                if self._driver is not None:
                    self._driver.close()
        finally:
            self._driver = None
            self._driver_lock.release()
        with self._errors_noticed():
            self._show(is_driven=False)

    def _step(self) -> None:
        if self._driver is None and self._driver_lock.take():
            self._driver = Driver(self._store, self._transport, self._clock, self.wake)
        if self._driver is not None:
            self._driver.step(self.rules)
        self._notice = self._store.notice
        self._show(is_driven=True)

    @contextmanager
    def _errors_noticed(self) -> Generator[None]:
        """Tell people of an error with the list itself; the next step may have more luck."""
        try:
            yield
        except (DownloadError, OSError) as error:
            self._notify(str(error))
        except Exception as error:  # noqa: BLE001 - the queue must not stand still without a word
            self._notify(f"KTDesk has a fault; it is not your doing: {error!r}", error)

    def _notify(self, notice: str, fault: Exception | None = None) -> None:
        if notice == self._notice:
            return
        log.warning("The list of downloads: %s", notice, exc_info=fault)
        self._notice = notice
        with self._lock:
            self.snapshot = replace(self.snapshot, notice=notice)
        self.announcer.announce()

    def _show(self, *, is_driven: bool) -> None:
        with self._lock:
            before, self.snapshot = self.snapshot, self._look(is_driven=is_driven)
        if before != self.snapshot:
            self.announcer.announce()
