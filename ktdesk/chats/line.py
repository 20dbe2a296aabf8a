# SPDX-License-Identifier: Apache-2.0
"""Who is answered when: questions in the order of asking, and what can be done for the first."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from enum import Enum, auto
from typing import Generic, TypeVar

T = TypeVar("T")


class Step(Enum):
    """What can be done for those who wait."""

    NOTHING = auto()
    BEGIN = auto()  # answer the first
    LOAD = auto()  # load the model that the first needs


class Line(Generic[T]):
    """Those who are answered, and those who wait. Their order is kept, also between models.

    model_of: what one needs to be answered, as it stands when it is asked. places: how many can be
    answered at once, by the model that is loaded.
    """

    def __init__(self, model_of: Callable[[T], Hashable], places: int = 1) -> None:
        self._model_of, self.places = model_of, places
        self.waiting: list[T] = []
        self.running: list[T] = []

    def join(self, item: T) -> None:
        """Let one wait behind all others."""
        self.waiting.append(item)

    def leave(self, item: T) -> None:
        """Take one away, whether it waits or is answered."""
        for items in (self.waiting, self.running):
            if item in items:
                items.remove(item)

    def move(self, item: T, by: int) -> None:
        """Let one who waits change places: by -1 with the one before, 1 with the one behind."""
        at = self.waiting.index(item)
        self.waiting.remove(item)
        self.waiting.insert(max(0, at + by), item)

    def place_of(self, item: T) -> int:
        """Return how many places one is from being answered; 0 if it is."""
        return self.waiting.index(item) + 1 if item in self.waiting else 0

    def step(self, loaded: Hashable) -> Step:
        """Return what can be done now. loaded: the model that is."""
        if not self.waiting or len(self.running) >= self.places:
            return Step.NOTHING
        if self._model_of(self.waiting[0]) == loaded:
            return Step.BEGIN
        return Step.NOTHING if self.running else Step.LOAD

    def begin(self) -> T:
        """Let the first of those who wait be answered; return it."""
        self.running.append(self.waiting.pop(0))
        return self.running[-1]
