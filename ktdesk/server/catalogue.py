# SPDX-License-Identifier: Apache-2.0
"""The models that clients may name."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from ktdesk.errors import did_you_mean
from ktdesk.library.shelf.model import LocalModel, named
from ktdesk.server.failures import ApiError
from ktdesk.settings import SamplingSettings

T = TypeVar("T")

_FRESH_S = 5.0  # a list is not made again sooner
_TAG = ":latest"  # which Ollama's clients write behind names


class Catalogue:
    """Models by name. One thread of its own reads the disk, so that the event loop need not wait.

    find: lists the models that are there now; of those with the same id, the first counts.
    sampling: how answers of a model are sampled where a request says nothing of it.
    """

    def __init__(
        self, find: Callable[[], Sequence[LocalModel]], sampling: Callable[[Path], SamplingSettings]
    ) -> None:
        self._find, self._find_sampling = find, sampling
        self._sampling: dict[Path, SamplingSettings] = {}  # as long as the list is fresh
        self._entries: tuple[LocalModel, ...] = ()
        self._made_at = -_FRESH_S
        self._reader = ThreadPoolExecutor(1, "catalogue")

    async def entries(self) -> tuple[LocalModel, ...]:
        """Return the models that can be read."""
        return await self.read(self._fresh)

    async def entry(self, name: str) -> LocalModel:
        """Return the model of a name. Raises ApiError if there is none."""
        entries = await self.entries()
        found = named(entries, name) or named(entries, name.removesuffix(_TAG))
        if not found:
            known = did_you_mean(name[:100], [entry.id for entry in entries]) if entries else ""
            raise ApiError(
                404,
                f"The model {name[:100]!r} is not there.{known}",
                param="model",
                code="model_not_found",
            )
        return found[0]

    async def sampling(self, entry: LocalModel) -> SamplingSettings:
        """Return how a model's answers are sampled where a request says nothing of it."""
        return await self.read(lambda: self._sampling_of(entry.path))

    async def read(self, work: Callable[[], T]) -> T:
        """Return what some work returns that reads the disk."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, work)

    def forget(self) -> None:
        """Make the list anew when it is wanted next; from any thread."""
        self._made_at = -_FRESH_S

    def close(self) -> None:
        """End the thread."""
        self._reader.shutdown()

    def _fresh(self) -> tuple[LocalModel, ...]:
        if time.monotonic() - self._made_at >= _FRESH_S:
            found: dict[str, LocalModel] = {}
            for entry in self._find():
                if not entry.problem:
                    found.setdefault(entry.id, entry)
            self._entries, self._made_at = tuple(found.values()), time.monotonic()
            self._sampling.clear()
        return self._entries

    def _sampling_of(self, path: Path) -> SamplingSettings:
        if path not in self._sampling:
            self._sampling[path] = self._find_sampling(path)
        return self._sampling[path]
