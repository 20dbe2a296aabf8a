# SPDX-License-Identifier: Apache-2.0
"""The models that clients may name."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from ktdesk.errors import did_you_mean
from ktdesk.library.index import ModelEntry, named
from ktdesk.server.failures import ApiError

_FRESH_S = 5.0  # a list is not made again sooner
_TAG = ":latest"  # which Ollama's clients write behind names


class Catalogue:
    """Models by name. Thread-safe; may read the disk.

    find: lists the models that are there now; of those with the same id, the first counts.
    """

    def __init__(self, find: Callable[[], Sequence[ModelEntry]]) -> None:
        self._find = find
        self._entries: tuple[ModelEntry, ...] = ()
        self._made_at = -_FRESH_S
        self._turn = threading.Lock()

    def entries(self) -> tuple[ModelEntry, ...]:
        """Return the models that can be read."""
        with self._turn:
            if time.monotonic() - self._made_at >= _FRESH_S:
                found: dict[str, ModelEntry] = {}
                for entry in self._find():
                    if not entry.problem:
                        found.setdefault(entry.id, entry)
                self._entries, self._made_at = tuple(found.values()), time.monotonic()
            return self._entries

    def entry(self, name: str) -> ModelEntry:
        """Return the model of a name. Raises ApiError if there is none."""
        entries = self.entries()
        found = named(entries, name) or named(entries, name.removesuffix(_TAG))
        if found is None:
            known = did_you_mean(name[:100], [entry.id for entry in entries]) if entries else ""
            raise ApiError(
                404,
                f"The model {name[:100]!r} is not there.{known}",
                param="model",
                code="model_not_found",
            )
        return found
