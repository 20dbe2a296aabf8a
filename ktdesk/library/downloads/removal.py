# SPDX-License-Identifier: Apache-2.0
"""Takes orders off the list that are to go, with their files where that was asked for."""

from __future__ import annotations

import logging
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from ktdesk.library.downloads.store import Store
from ktdesk.library.downloads.transport import Transport
from ktdesk.library.fetch.order import Order

log = logging.getLogger(__name__)


def erase_removed(store: Store, transport: Transport, busy: Collection[str] = ()) -> list[str]:
    """Take what is to go off the list; return the ids of those that are gone.

    busy: orders that still write. For whoever holds the driver's lock.
    """
    records = store.records()
    gone = [r for r in records if r.is_removed and r.order.id not in busy]
    left = [r.order for r in records if r not in gone]
    for record in gone:
        if record.deletes_files:
            _delete(own_files(record.order, left, transport), record.order.folder)
        store.erase(record.order.id)
    return [record.order.id for record in gone]


def own_files(order: Order, others: list[Order], transport: Transport) -> tuple[Path, ...]:
    """Return what is on the disk of an order, and of no other one in its folder."""
    shared = {
        path
        for other in others
        if other.folder == order.folder and other.id != order.id
        for path in transport.files(other)
    }
    return tuple(path for path in transport.files(order) if path not in shared)


def _delete(paths: tuple[Path, ...], folder: Path) -> None:
    """Delete files below a folder, and the folders that are empty then."""
    folders: set[Path] = set()
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:  # in use, or not ours: it stays, and nothing depends on that
            log.warning("%s could not be deleted: %s", path, error.strerror)
        folders |= {each for each in path.parents if each.is_relative_to(folder)}
    for each in sorted(folders, key=lambda each: -len(each.parts)):
        with suppress(OSError):  # there is something else in it
            each.rmdir()
