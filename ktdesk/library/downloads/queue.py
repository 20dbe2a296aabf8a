# SPDX-License-Identifier: Apache-2.0
"""The queue of downloads, as the window and the command line use it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ktdesk.errors import DownloadError
from ktdesk.library.downloads.driver import Clock, Rules
from ktdesk.library.downloads.driver_lock import DriverLock
from ktdesk.library.downloads.item import UNDER_WAY, Item, Snapshot, State, not_begun
from ktdesk.library.downloads.ordering import same_order_elsewhere
from ktdesk.library.downloads.removal import own_files
from ktdesk.library.downloads.runner import Runner
from ktdesk.library.downloads.space import Need, check_space
from ktdesk.library.downloads.store import Store
from ktdesk.library.downloads.transport import Transport
from ktdesk.library.fetch.order import Order
from ktdesk.library.hub.listing import Listing

LIST_FILE, LOCK_FILE = "downloads.sqlite", "downloads.lock"


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
        self._transport, self._folders = transport, tuple(folders)
        lock, rules = DriverLock(folder / LOCK_FILE), rules or Rules()
        self._runner = Runner(self._store, lock, transport, rules, clock or Clock())
        self.set_rules(rules)

    def start(self) -> None:
        """Begin to work on the queue, to see what other processes do, and to tell listeners."""
        self._runner.start()

    def close(self) -> None:
        """Stop; what was under way goes on when a queue is started the next time.

        Returns when all that has come is safe. Not for listeners to call.
        """
        self._runner.close()
        self._store.close()

    def snapshot(self) -> Snapshot:
        """Return the queue as it was seen last. Takes no time."""
        return self._runner.snapshot

    def subscribe(self, listener: Callable[[], object]) -> Callable[[], None]:
        """Call `listener` when the snapshot has changed; return what ends that.

        It is called on a thread of the queue, at most four times a second, and after the last
        change in any case.
        """
        return self._runner.announcer.subscribe(listener)

    def set_rules(self, rules: Rules) -> None:
        """Work by other rules from now on."""
        self._runner.rules = rules
        self._transport.limit(rules.bytes_per_s)
        self._runner.wake()

    def add(self, order: Order) -> str:
        """Put an order at the end; return the id that it goes by.

        If these files are on the list for that folder already, that order goes on; or begins
        again with what is missing by now, if it was done. Raises SpaceShortage, and DownloadError
        if others of these names are on their way there.
        """
        items = self._runner.refresh().items
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
            reserve_bytes=self._runner.rules.reserve_bytes,
        )
        for item in items:
            if item.state is State.DONE and item is not same and _clashing(order, item.order):
                self._store.erase(item.id)  # of an older revision
        order = replace(order, id=same.id if same else _new_id({item.id for item in items}))
        self._store.add(order, not_begun(order))
        self._runner.notice_change()
        return order.id

    def pause(self, id_: str) -> None:
        """Let an order rest until it is resumed, also over restarts."""
        self._store.pause([id_])
        self._runner.notice_change()

    def resume(self, id_: str) -> None:
        """Let an order go on that rests, has failed, or waits to be tried again."""
        self._store.resume([id_])
        self._runner.notice_change()

    def pause_all(self) -> None:
        """Let all orders rest that are under way."""
        self._store.pause([i.id for i in self._runner.refresh().items if i.state in UNDER_WAY])
        self._runner.notice_change()

    def resume_all(self) -> None:
        """Let all orders go on that rest or have failed."""
        resting = (State.PAUSED, State.FAILED)
        self._store.resume([i.id for i in self._runner.refresh().items if i.state in resting])
        self._runner.notice_change()

    def move(self, id_: str, by: int) -> None:
        """Move an order by so many places: below 0 it comes earlier. At most to the end."""
        self._store.move(id_, by)
        self._runner.notice_change()

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
        self._runner.notice_change()

    def change_source(self, id_: str, listing: Listing) -> None:
        """Let an order go on from another source, which has it in this listing.

        Raises DownloadError unless sizes and checksums say that its files are the same.
        """
        self._store.replace(same_order_elsewhere(self._item(id_).order, listing))
        self._store.resume([id_])
        self._runner.notice_change()

    def _need(self, order: Order) -> Need:
        return Need(order.folder, self._transport.missing_bytes(order))

    def _item(self, id_: str) -> Item:
        for item in self._runner.refresh().items:
            if item.id == id_:
                return item
        raise DownloadError(
            f"No download on the list is called {id_}.", hint="It may have been removed."
        )


def _new_id(taken: set[str]) -> str:
    """Return an id that is short enough to be typed."""
    while (new := secrets.token_hex(3)) in taken:
        pass
    return new


def _find_same(order: Order, items: Sequence[Item]) -> Item | None:
    """Return the item that brings the same files to the same folder.

    Raises DownloadError if one is bringing others of the same name there.
    """
    for item in items:
        if item.order.folder == order.folder and set(item.order.files) == set(order.files):
            return item
    for item in items:
        if item.state is not State.DONE and (paths := _clashing(order, item.order)):
            raise DownloadError(
                f"{item.order.title} brings another {paths[0]} to {order.folder}.",
                hint="Choose another folder, or remove that download from the list first.",
            )
    return None


def _clashing(order: Order, other: Order) -> list[str]:
    """Return the paths at which two orders want different files."""
    if other.folder != order.folder:
        return []
    theirs = {file.path: file for file in other.files}
    return [file.path for file in order.files if theirs.get(file.path, file) != file]
