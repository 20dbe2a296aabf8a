# SPDX-License-Identifier: Apache-2.0
"""Keeps the models of the settings' folders: the slow work of My models, off the GUI thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from ktdesk.library.shelf.model import LocalModel
from ktdesk.library.shelf.move import move, plan_move
from ktdesk.library.shelf.removal import Removal, plan_removal, remove
from ktdesk.library.shelf.shelf import Inventory, Shelf
from ktdesk.library.shelf.verify import verify
from ktdesk.library.shelf.watch import Changes, Watcher
from ktdesk.settings import Settings

Fraction = Callable[[float], None]


class ShelfKeeper:
    """Looks at the disk from `start` to `close`, also for changes by other programs."""

    def __init__(self) -> None:
        self._shelf: Shelf | None = None
        self._watcher: Watcher | None = None

    def start(self, settings: Settings, listener: Callable[[Inventory], object]) -> None:
        """Tell what there is, now and after each change, on a thread of its own.

        Called again, it looks in other folders.
        """
        before = self._watcher, self._shelf
        self._shelf = shelf = Shelf.of_settings(settings)

        def tell(changes: Changes) -> None:
            if self._shelf is shelf:
                listener(changes.inventory)

        self._watcher = Watcher(shelf, tell).start()
        # A slow disk is not waited for.
        threading.Thread(target=_end, args=before, name="shelf-end", daemon=True).start()

    def look(self) -> None:
        """Look at once."""
        if self._watcher:
            self._watcher.look_now()

    def close(self) -> None:
        """Look no more."""
        before, self._watcher, self._shelf = (self._watcher, self._shelf), None, None
        _end(*before)

    def verify(self, model: LocalModel, fraction: Fraction) -> None:
        """Compare all bytes with what they should be."""
        with Shelf(()) as shelf:
            verify(model, shelf.facts, _of(fraction))

    def move(self, model: LocalModel, folder: Path, fraction: Fraction) -> None:
        """Move a model into another folder, whole or not at all."""
        with Shelf(()) as shelf:
            move(plan_move(model, folder), shelf.facts, _of(fraction))

    def removal(self, model: LocalModel) -> Removal:
        """Return what deleting a model would do."""
        return plan_removal(model)

    def delete(self, removal: Removal, *, for_good: bool) -> None:
        """Move a model to the recycle bin, or delete it for good."""
        with Shelf(()) as shelf:
            remove(removal, shelf.facts, for_good=for_good)


def _end(watcher: Watcher | None, shelf: Shelf | None) -> None:
    if watcher and shelf:
        watcher.close()
        shelf.close()


def _of(fraction: Fraction) -> Callable[[int, int], None]:
    return lambda done, size: fraction(done / size if size else 1.0)
