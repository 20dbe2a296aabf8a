# SPDX-License-Identifier: Apache-2.0
"""The queue of downloads, as the window and the command line use it."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ktdesk.errors import DownloadError
from ktdesk.library.downloads.announcer import Announcer
from ktdesk.library.downloads.driver import Clock, Driver, Rules
from ktdesk.library.downloads.driver_lock import DriverLock
from ktdesk.library.downloads.item import UNDER_WAY, Item, Snapshot, State, not_begun
from ktdesk.library.downloads.ordering import same_order_elsewhere
from ktdesk.library.downloads.overview import Overview, totals
from ktdesk.library.downloads.removal import erase_removed, own_files
from ktdesk.library.downloads.space import Need, check_space
from ktdesk.library.downloads.store import Store
from ktdesk.library.downloads.transport import Transport
from ktdesk.library.fetch.order import Order
from ktdesk.library.hub.listing import Listing

LIST_FILE, LOCK_FILE = "downloads.sqlite", "downloads.lock"
_TICK_S = 0.25  # how soon it is noticed what another process asks for

log = logging.getLogger(__name__)


class DownloadQueue:
    """The orders of this user. Its methods may be called from any thread and return soon.

    They raise DownloadError, also where the list cannot be read or written. After `start`, this
    process drives the queue as soon as no other one does, until `close`.

    folder: of the list; made where it is missing. folders: where models may go, for the error of
    `add` to offer where there is no room.
    """

    def __init__(
        self,
        folder: Path,
        transport: Transport,
        *,
        rules: Rules | None = None,
        folders: Iterable[Path] = (),
        clock: Clock | None = None,
    ) -> None:
        self._store = Store(folder / LIST_FILE)
        self._driver_lock = DriverLock(folder / LOCK_FILE)
        self._transport = transport
        self._clock, self._folders = clock or Clock(), tuple(folders)
        self._overview, self._announcer = Overview(), Announcer()
        self._lock = threading.RLock()  # of the overview and the snapshot
        self._wake, self._is_closing = threading.Event(), False
        self._driver: Driver | None = None
        self._thread: threading.Thread | None = None
        self._notice = self._store.notice
        self.set_rules(rules or Rules())
        self._snapshot = self._look(is_driven=not self._driver_lock.is_free())

    def start(self) -> None:
        """Begin to work on the queue, to see what other processes do, and to tell listeners."""
        self._announcer.start()
        self._thread = threading.Thread(target=self._run, name="downloads")
        self._thread.start()

    def close(self) -> None:
        """Stop; what was under way goes on when a queue is started the next time.

        Returns when all that has come is safe. Not for listeners to call.
        """
        self._is_closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._announcer.close()
        self._store.close()

    def snapshot(self) -> Snapshot:
        """Return the queue as it was seen last. Takes no time."""
        return self._snapshot

    def subscribe(self, listener: Callable[[], object]) -> Callable[[], None]:
        """Call `listener` when the snapshot has changed; return what ends that.

        It is called on a thread of the queue, at most four times a second, and after the last
        change in any case.
        """
        return self._announcer.subscribe(listener)

    def set_rules(self, rules: Rules) -> None:
        """Work by other rules from now on."""
        self._rules = rules
        self._transport.limit(rules.bytes_per_s)
        self._wake.set()

    def add(self, order: Order) -> str:
        """Put an order at the end; return the id that it goes by.

        If these files are on the list for that folder already, that order goes on; or begins
        again with what is missing by now, if it was done. Raises
        SpaceShortage, and DownloadError if others of these names are to come there.
        """
        items = self._fresh().items
        same = _find_same(order, items)
        if same is not None and same.state is not State.DONE:
            if all(file.sha256 for file in order.files):  # so it may come from elsewhere now
                self._store.replace(replace(order, id=same.id))
            self.resume(same.id)
            return same.id
        check_space(
            self._need(order),
            [self._need(item.order) for item in items if item.state in UNDER_WAY],
            self._folders,
            reserve_bytes=self._rules.reserve_bytes,
        )
        order = replace(order, id=same.id if same else _new_id({item.id for item in items}))
        self._store.add(order, not_begun(order))
        self._changed()
        return order.id

    def pause(self, id_: str) -> None:
        """Let an order rest until it is resumed, also over restarts."""
        self._store.pause([id_])
        self._changed()

    def resume(self, id_: str) -> None:
        """Let an order go on that rests, has failed, or waits to be tried again."""
        self._store.resume([id_])
        self._changed()

    def pause_all(self) -> None:
        """Let all orders rest that are under way."""
        self._store.pause([i.id for i in self._fresh().items if i.state in UNDER_WAY])
        self._changed()

    def resume_all(self) -> None:
        """Let all orders go on that rest or have failed."""
        resting = (State.PAUSED, State.FAILED)
        self._store.resume([i.id for i in self._fresh().items if i.state in resting])
        self._changed()

    def move(self, id_: str, by: int) -> None:
        """Move an order by so many places: below 0 it comes earlier. At most to the end."""
        self._store.move(id_, by)
        self._changed()

    def move_first(self, id_: str) -> None:
        """Let an order be the next."""
        self.move(id_, -len(self._store.records()))

    def files(self, id_: str) -> tuple[Path, ...]:
        """Return what of an order is on the disk: what `remove` would delete if it is told to."""
        order = self._item(id_).order
        others = [record.order for record in self._store.records()]
        return own_files(order, others, self._transport)

    def remove(self, id_: str, *, delete_files: bool) -> None:
        """Take an order off the list; with all its files, if they are to be deleted.

        The files of an order that is done are a model: it is to be deleted as one. DownloadError.
        """
        if delete_files and self._item(id_).state is State.DONE:
            raise DownloadError(
                "This download is done: its files are a model now.",
                hint="Delete the model, or take only the entry off the list.",
            )
        self._store.mark_removed(id_, deletes_files=delete_files)
        if self._thread is None and self._driver_lock.take():  # nobody else would do it
            erase_removed(self._store, self._transport)
            self._driver_lock.release()
        self._changed()

    def change_source(self, id_: str, listing: Listing) -> None:
        """Let an order go on from another source, which has it in this listing.

        Raises DownloadError unless sizes and checksums say that its files are the same.
        """
        self._store.replace(same_order_elsewhere(self._item(id_).order, listing))
        self._store.resume([id_])
        self._changed()

    def _need(self, order: Order) -> Need:
        return Need(order.folder, self._transport.missing_bytes(order))

    def _item(self, id_: str) -> Item:
        for item in self._fresh().items:
            if item.id == id_:
                return item
        raise DownloadError(
            f"No download on the list is called {id_}.", hint="It may have been removed."
        )

    def _fresh(self) -> Snapshot:
        """Return the queue as it is now, not as it was a moment ago."""
        with self._lock:
            self._snapshot = self._look(is_driven=self._snapshot.is_driven)
            return self._snapshot

    def _changed(self) -> None:
        self._fresh()
        self._announcer.announce()
        self._wake.set()

    def _look(self, *, is_driven: bool) -> Snapshot:
        live = self._driver.progress if self._driver else {}
        items = self._overview.items(
            self._store.records(), live, self._clock.monotonic_s(), is_driven=is_driven
        )
        awake = self._driver.awake.state if self._driver else ""
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
            self._driver = Driver(self._store, self._transport, self._clock, self._wake.set)
        if self._driver is not None:
            self._driver.step(self._rules)
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
            self._snapshot = replace(self._snapshot, notice=notice)
        self._announcer.announce()

    def _show(self, *, is_driven: bool) -> None:
        with self._lock:
            before, self._snapshot = self._snapshot, self._look(is_driven=is_driven)
        if before != self._snapshot:
            self._announcer.announce()


def _new_id(taken: set[str]) -> str:
    """Return an id that is short enough to be typed."""
    while (new := secrets.token_hex(2)) in taken:
        pass
    return new


def _find_same(order: Order, items: Sequence[Item]) -> Item | None:
    """Return the item that brings the same files to the same folder.

    Raises DownloadError if one brings others of the same name there.
    """
    wanted = {file.path: file for file in order.files}
    for item in items:
        if item.order.folder != order.folder:
            continue
        present = {file.path: file for file in item.order.files}
        if present == wanted:
            return item
        clashing = [path for path in wanted if path in present and present[path] != wanted[path]]
        if clashing:
            raise DownloadError(
                f"{item.order.title} already brings another {clashing[0]} to {order.folder}.",
                hint="Choose another folder, or remove that download from the list first.",
            )
    return None
