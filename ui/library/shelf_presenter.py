# SPDX-License-Identifier: Apache-2.0
"""The models on this machine, and what is being done with them. No widgets."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Qt, Signal, Slot

from ktdesk.errors import KTDeskError
from ui.aio import Flow, Report, in_thread, start

if TYPE_CHECKING:
    from ktdesk.library.shelf.model import LocalModel
    from ktdesk.library.shelf.removal import Removal
    from ktdesk.library.shelf.shelf import Inventory
    from ktdesk.settings import Settings
    from ui.settings_store import SettingsStore

_TICK_S = 0.25

Fraction = Callable[[float], None]


class Keeper(Protocol):
    """What keeps models. Work is slow, and may raise KTDeskError; `fraction` raises Cancelled."""

    def start(self, settings: Settings, listener: Callable[[Inventory], object]) -> None:
        """Tell what there is, now and after each change, on any thread; again: elsewhere."""
        ...

    def look(self) -> None:
        """Look at once."""
        ...

    def close(self) -> None:
        """Look no more."""
        ...

    def verify(self, model: LocalModel, fraction: Fraction) -> object:
        """Compare all bytes with what they should be."""
        ...

    def move(self, model: LocalModel, folder: Path, fraction: Fraction) -> object:
        """Move a model into another folder, whole or not at all."""
        ...

    def removal(self, model: LocalModel) -> Removal:
        """Return what deleting a model would do. Takes no time."""
        ...

    def delete(self, removal: Removal, *, for_good: bool) -> object:
        """Move a model to the recycle bin, or delete it for good."""
        ...


class Work(Enum):
    """What takes its time."""

    VERIFY = auto()
    MOVE = auto()
    DELETE = auto()


@dataclass(slots=True)
class UnderWay:
    """Work on a model. fraction: of it that is done."""

    work: Work
    flow: Flow | None = None
    fraction: float = 0.0


class ShelfPresenter(QObject):
    """changed: models, or work on them. failed: a KTDeskError.

    models: None until they were looked for. works: what is under way, by the model's path.
    """

    changed = Signal()
    failed = Signal(object)
    _seen = Signal(object)

    def __init__(self, keeper: Keeper, store: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keeper, self._store = keeper, store
        self.models: Sequence[LocalModel] | None = None
        self.unreadable: dict[Path, str] = {}
        self.works: dict[Path, UnderWay] = {}
        self._seen.connect(self._take, Qt.ConnectionType.QueuedConnection)
        store.changed.connect(self._follow)
        keeper.start(store.settings, self._seen.emit)

    def close(self) -> None:
        """Stop what is under way, and look no more."""
        self._keeper.close()
        for work in self.works.values():
            if work.flow:
                work.flow.cancel()

    @Slot()
    def look(self) -> None:
        """Look for models at once."""
        self._keeper.look()

    def verify(self, model: LocalModel) -> None:
        """Compare a model's bytes with what they should be."""
        self._begin(Work.VERIFY, model, lambda f: self._keeper.verify(model, f))

    def move(self, model: LocalModel, folder: Path) -> None:
        """Move a model into another folder."""
        self._begin(Work.MOVE, model, lambda f: self._keeper.move(model, folder, f))

    def removal(self, model: LocalModel) -> Removal:
        """Return what deleting a model would do."""
        return self._keeper.removal(model)

    def delete(self, removal: Removal, *, for_good: bool) -> None:
        """Move a model to the recycle bin, or delete it for good."""
        model = removal.model
        self._begin(Work.DELETE, model, lambda f: self._keeper.delete(removal, for_good=for_good))

    def stop(self, model: LocalModel) -> None:
        """Stop work on a model; a move leaves it where it was."""
        if (work := self.works.pop(model.path, None)) and work.flow:
            work.flow.cancel()
            self.changed.emit()

    def _begin(self, work: Work, model: LocalModel, run: Callable[[Fraction], object]) -> None:
        if model.path not in self.works:
            under_way = self.works[model.path] = UnderWay(work)
            under_way.flow = start(self, self._run(model.path, under_way, run))
            self.changed.emit()

    async def _run(
        self, path: Path, under_way: UnderWay, run: Callable[[Fraction], object]
    ) -> None:
        def show(stage: str, fraction: float) -> None:
            del stage
            under_way.fraction = fraction
            self.changed.emit()

        problem: KTDeskError | None = None
        try:
            await in_thread(lambda report: run(_throttled(report)), show)
        except KTDeskError as error:
            problem = error
        self.works.pop(path, None)
        self.changed.emit()
        self.look()
        if problem:
            self.failed.emit(problem)

    @Slot(object)
    def _take(self, inventory: Inventory) -> None:
        self.models, self.unreadable = inventory.models, inventory.unreadable
        self.changed.emit()

    @Slot(str, str)
    def _follow(self, section: str, name: str) -> None:
        if section == "models" and name != "downloads":
            self._keeper.start(self._store.settings, self._seen.emit)


def _throttled(report: Report) -> Fraction:
    """Return a report of fractions that passes on some a second; each also notices a stop."""
    told_s = 0.0

    def fraction(done: float) -> None:
        nonlocal told_s
        if (now_s := time.monotonic()) - told_s >= _TICK_S:
            told_s = now_s
            report("", done)

    return fraction
