# SPDX-License-Identifier: Apache-2.0
"""The queue of downloads as the window shows it, at most four times a second. No widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from ktdesk.errors import KTDeskError
from ktdesk.library.downloads.item import State
from ui.aio import in_thread, start

if TYPE_CHECKING:
    from ktdesk.library.downloads.item import Snapshot
    from ktdesk.library.fetch.order import Order
    from ktdesk.library.hub.listing import Listing

TICK_MS = 250


class Queue(Protocol):
    """What the window uses of `DownloadQueue`. All may raise KTDeskError."""

    def snapshot(self) -> Snapshot:
        """Return the queue as it is now."""
        ...

    def subscribe(self, listener: Callable[[], object]) -> Callable[[], None]:
        """Call back, on any thread, when it has changed; return what ends that."""
        ...

    def add(self, order: Order) -> object:
        """Put an order at the end."""
        ...

    def pause(self, id_: str) -> object:
        """Let an order rest."""
        ...

    def resume(self, id_: str) -> object:
        """Go on with an order, or try again."""
        ...

    def pause_all(self) -> object:
        """Let all orders rest that are under way."""
        ...

    def resume_all(self) -> object:
        """Go on with all that rest or have failed."""
        ...

    def remove(self, id_: str, *, delete_files: bool) -> object:
        """Forget an order, and what of it is on the disk."""
        ...

    def move(self, id_: str, by: int) -> object:
        """Let an order come earlier (below 0) or later."""
        ...

    def change_source(self, id_: str, listing: Listing) -> object:
        """Let an order go on from another source, if that lists the same files."""
        ...


class Elsewhere(Protocol):
    """Knows other sources of the same files."""

    def sources(self) -> tuple[tuple[str, str], ...]:
        """Return id and title of the sources."""
        ...

    def listing(self, order: Order, source: str) -> Listing:
        """Return what a source has under the name of an order. Slow; raises KTDeskError."""
        ...


class DownloadPresenter(QObject):
    """Holds the last snapshot of the queue.

    changed: there is a newer one. finished: the Item of an order that has just become complete.
    failed: a KTDeskError.
    """

    changed = Signal()
    finished = Signal(object)
    failed = Signal(object)
    _heard = Signal()

    def __init__(self, queue: Queue, elsewhere: Elsewhere, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue, self._elsewhere = queue, elsewhere
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._look)
        self._is_told = False
        self._heard.connect(self._wait, Qt.ConnectionType.QueuedConnection)
        self.snapshot = queue.snapshot()
        self._leave = queue.subscribe(self._hear)

    @property
    def is_active(self) -> bool:
        """Whether something is being fetched, or will be without anybody doing anything."""
        return self.snapshot.totals.orders > 0

    def close(self) -> None:
        """Hear no more of the queue."""
        self._leave()
        self._timer.stop()

    def add(self, order: Order) -> bool:
        """Order something; return whether it was taken."""
        return self._do(lambda: self._queue.add(order))

    def pause(self, id_: str) -> None:
        """Let an order rest."""
        self._do(lambda: self._queue.pause(id_))

    def resume(self, id_: str) -> None:
        """Go on with an order, or try again."""
        self._do(lambda: self._queue.resume(id_))

    def remove(self, id_: str, *, delete_files: bool) -> None:
        """Forget an order, and what of it is on the disk."""
        self._do(lambda: self._queue.remove(id_, delete_files=delete_files))

    def clear_complete(self) -> None:
        """Take those off the list that are complete; their models stay."""
        for item in self.snapshot.items:
            if item.state is State.DONE:
                self.remove(item.id, delete_files=False)

    def move(self, id_: str, by: int) -> None:
        """Let an order come earlier (below 0) or later."""
        self._do(lambda: self._queue.move(id_, by))

    def other_sources(self, order: Order) -> list[tuple[str, str]]:
        """Return id and title of the sources that an order could go on from."""
        return [each for each in self._elsewhere.sources() if each[0] != order.source]

    def change_source(self, id_: str, source: str) -> None:
        """Let an order go on from another source, if that has the same files."""
        order = next(item.order for item in self.snapshot.items if item.id == id_)

        start(self, self._change_source(order, source))

    def pause_all(self) -> None:
        """Let all rest that are under way."""
        self._do(self._queue.pause_all)

    def resume_all(self) -> None:
        """Go on with all that rest or have failed."""
        self._do(self._queue.resume_all)

    async def _change_source(self, order: Order, source: str) -> None:
        try:
            listing = await in_thread(lambda report: self._elsewhere.listing(order, source))
        except KTDeskError as error:
            self.failed.emit(error)
        else:
            self._do(lambda: self._queue.change_source(order.id, listing))

    def _do(self, what: Callable[[], object]) -> bool:
        try:
            what()
        except KTDeskError as error:
            self.failed.emit(error)
            return False
        self._look()
        return True

    def _hear(self) -> None:
        """Run on any thread, perhaps a thousand times a second."""
        if not self._is_told:
            self._is_told = True
            self._heard.emit()

    @Slot()
    def _wait(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _look(self) -> None:
        self._is_told = False
        before = {item.id: item.state for item in self.snapshot.items}
        self.snapshot = self._queue.snapshot()
        self.changed.emit()
        for item in self.snapshot.items:
            if item.state is State.DONE and before.get(item.id, State.DONE) is not State.DONE:
                self.finished.emit(item)
