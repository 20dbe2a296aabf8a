# SPDX-License-Identifier: Apache-2.0
"""A queue of downloads that does what it is told and fetches nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ktdesk.errors import DownloadError
from ktdesk.library.downloads.item import UNDER_WAY, Item, Snapshot, State, Totals, not_begun
from ktdesk.library.fetch.order import FileProgress, FileState, Order, Progress
from ktdesk.library.hub.listing import Listing, RemoteFile

GB = 10**9


def order(name: str = "DeepSeek-R1 Q4_K_M", parts: int = 9, size: int = 45 * GB) -> Order:
    stem = name.replace(" ", "-")
    files = tuple(
        RemoteFile(f"{stem}-{n:05d}-of-{parts:05d}.gguf", size, "") for n in range(1, parts + 1)
    )
    return Order("", name, "huggingface", f"some/{stem}-GGUF", "0" * 40, files, Path("/models"))


def half_done(order: Order, bytes_per_s: float = 112e6) -> Progress:
    """Return the progress of an order whose first files are done, and one under way."""
    done = len(order.files) // 2
    states = [FileState.COMPLETE] * done + [FileState.FETCHING]
    states += [FileState.WAITING] * (len(order.files) - len(states))
    shares = {FileState.COMPLETE: 1.0, FileState.FETCHING: 0.4, FileState.WAITING: 0.0}
    files = tuple(
        FileProgress(file, state, int(file.size_bytes * shares[state]))
        for file, state in zip(order.files, states, strict=True)
    )
    return Progress(files, bytes_per_s)


class FakeQueue:
    """Holds items, and tells of changes when it is told to."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.calls: list[tuple[object, ...]] = []
        self.looks = 0
        self.room = 10**15
        self._listeners: list[Callable[[], object]] = []

    def put(self, item: Item) -> Item:
        """Have an item in place of the one with its id, or at the end."""
        for at, old in enumerate(self.items):
            if old.id == item.id:
                self.items[at] = item
                break
        else:
            self.items.append(item)
        self.tell()
        return item

    def tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()

    def snapshot(self) -> Snapshot:
        self.looks += 1
        under_way = [item for item in self.items if item.state in UNDER_WAY]
        size = sum(item.progress.size_bytes for item in under_way)
        done = sum(item.progress.done_bytes for item in under_way)
        speed = sum(item.progress.bytes_per_s for item in under_way)
        remaining_s = (size - done) / speed if speed else None
        totals = Totals(len(under_way), size, done, speed, remaining_s)
        return Snapshot(tuple(self.items), totals, is_driven=True)

    def subscribe(self, listener: Callable[[], object]) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def add(self, order: Order) -> str:
        if order.size_bytes > self.room:
            raise DownloadError("There is no room for it.", hint="Choose another disk.")
        id_ = f"id{len(self.items)}"
        order = replace(order, id=id_)
        self.put(Item(order, State.QUEUED, not_begun(order)))
        return id_

    def pause(self, id_: str) -> None:
        self._settle(id_, State.PAUSED)

    def resume(self, id_: str) -> None:
        self._settle(id_, State.QUEUED)

    def pause_all(self) -> None:
        for item in self.items:
            if item.state in UNDER_WAY:
                self.pause(item.id)

    def resume_all(self) -> None:
        for item in self.items:
            if item.state is State.PAUSED:
                self.resume(item.id)

    def remove(self, id_: str, *, delete_files: bool) -> None:
        self.calls.append(("remove", id_, delete_files))
        self.items = [item for item in self.items if item.id != id_]
        self.tell()

    def move(self, id_: str, by: int) -> None:
        at = [item.id for item in self.items].index(id_)
        self.items.insert(max(0, at + by), self.items.pop(at))
        self.tell()

    def change_source(self, id_: str, listing: Listing) -> None:
        self.calls.append(("source", id_, listing.source))
        self.resume(id_)

    def _settle(self, id_: str, state: State) -> None:
        for item in self.items:
            if item.id == id_:
                self.put(replace(item, state=state, failure=None, waits_for=None))


class FakeElsewhere:
    """Two sources, of which both have everything."""

    def __init__(self) -> None:
        self.error: DownloadError | None = None

    def sources(self) -> tuple[tuple[str, str], ...]:
        return ("huggingface", "Hugging Face"), ("mirror", "Mirror")

    def listing(self, order: Order, source: str) -> Listing:
        if self.error:
            raise self.error
        return Listing(source, order.repository, order.revision, "mit", False, order.files)
