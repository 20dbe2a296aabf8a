# SPDX-License-Identifier: Apache-2.0
"""Keeps the models of the settings' folders: the slow work of My models, off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from ktdesk.library.shelf.model import LocalModel
from ktdesk.library.shelf.shelf import Inventory, Shelf
from ktdesk.library.shelf.verify import verify
from ktdesk.settings import Settings

Fraction = Callable[[float], None]


class ShelfKeeper:
    """settings: returns those of now, on any thread."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings

    def look(self) -> Inventory:
        """Return what there is."""
        with Shelf.of_settings(self._settings()) as shelf:
            return shelf.look()

    def verify(self, model: LocalModel, fraction: Fraction) -> None:
        """Compare all bytes with what they should be."""
        with Shelf.of_settings(self._settings()) as shelf:
            verify(model, shelf.facts, lambda done, size: fraction(done / size if size else 1.0))
