# SPDX-License-Identifier: Apache-2.0
"""The models on this machine, and what is being done with them. No widgets."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from ktdesk.errors import KTDeskError
from ui.tasks import BackgroundTask, Report

if TYPE_CHECKING:
    from ktdesk.library.shelf.model import LocalModel
    from ktdesk.library.shelf.shelf import Inventory

_SETTLE_MS = 300  # a change on the disk seldom comes alone
_TICK_S = 0.25

Fraction = Callable[[float], None]


class Keeper(Protocol):
    """What keeps models. All is slow, and may raise KTDeskError; `fraction` raises Cancelled."""

    def look(self) -> Inventory:
        """Return what there is."""
        ...

    def watch(self, changed: Callable[[], object]) -> Callable[[], None]:
        """Call back, on any thread, when files have changed; return what ends that."""
        ...

    def verify(self, model: LocalModel, fraction: Fraction) -> object:
        """Compare all bytes with what they should be."""
        ...

    def move(self, model: LocalModel, folder: Path, fraction: Fraction) -> object:
        """Move a model into another folder, whole or not at all."""
        ...

    def delete(self, model: LocalModel, fraction: Fraction) -> object:
        """Move a model to the recycle bin."""
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
    task: BackgroundTask[Any] | None = None
    fraction: float = 0.0


class ShelfPresenter(QObject):
    """changed: models, or work on them. failed: a KTDeskError. done: a Work, and its model.

    models: None until they were looked for. works: what is under way, by the model's path.
    """

    changed = Signal()
    failed = Signal(object)
    done = Signal(object, object)
    _heard = Signal()

    def __init__(self, keeper: Keeper, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keeper = keeper
        self._looking: BackgroundTask[Inventory] | None = None
        self._is_stale = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLE_MS)
        self._timer.timeout.connect(self.look)
        self._heard.connect(self._timer.start, Qt.ConnectionType.QueuedConnection)
        self._leave = keeper.watch(self._heard.emit)
        self.models: Sequence[LocalModel] | None = None
        self.unreadable: dict[Path, str] = {}
        self.works: dict[Path, UnderWay] = {}

    def close(self) -> None:
        """Stop what is under way, and hear no more of changes."""
        self._leave()
        self._timer.stop()
        for work in self.works.values():
            if work.task:
                work.task.cancel()

    @Slot()
    def look(self) -> None:
        """Look for models; one look at a time, and one more if it was asked for meanwhile."""
        if self._looking:
            self._is_stale = True
            return
        self._looking = BackgroundTask(self, lambda report: self._keeper.look())
        self._looking.on_success(self._take).on_failure(self._fail_look).start()

    def verify(self, model: LocalModel) -> None:
        """Compare a model's bytes with what they should be."""
        self._begin(Work.VERIFY, model, lambda f: self._keeper.verify(model, f))

    def move(self, model: LocalModel, folder: Path) -> None:
        """Move a model into another folder."""
        self._begin(Work.MOVE, model, lambda f: self._keeper.move(model, folder, f))

    def delete(self, model: LocalModel) -> None:
        """Move a model to the recycle bin."""
        self._begin(Work.DELETE, model, lambda f: self._keeper.delete(model, f))

    def stop(self, model: LocalModel) -> None:
        """Stop work on a model; a move leaves it where it was."""
        if (work := self.works.pop(model.path, None)) and work.task:
            work.task.cancel()
            self.changed.emit()

    def _begin(self, work: Work, model: LocalModel, run: Callable[[Fraction], object]) -> None:
        if model.path in self.works:
            return
        under_way = self.works[model.path] = UnderWay(work)

        def progress(stage: str, fraction: float) -> None:
            del stage
            under_way.fraction = fraction
            self.changed.emit()

        def end() -> None:
            self.works.pop(model.path, None)
            self.changed.emit()
            self.look()

        def succeed(result: object) -> None:
            del result
            end()
            self.done.emit(work, model)

        def fail(error: KTDeskError) -> None:
            end()
            self.failed.emit(error)

        task = BackgroundTask(self, lambda report: run(_throttled(report)))
        under_way.task = task.on_progress(progress).on_success(succeed).on_failure(fail).start()
        self.changed.emit()

    def _take(self, inventory: Inventory) -> None:
        self._looking = None
        self.models, self.unreadable = inventory.models, inventory.unreadable
        self.changed.emit()
        self._look_again()

    def _fail_look(self, error: KTDeskError) -> None:
        self._looking = None
        self.failed.emit(error)
        self._look_again()

    def _look_again(self) -> None:
        if self._is_stale:
            self._is_stale = False
            self.look()


def _throttled(report: Report) -> Fraction:
    """Return a report of fractions that passes on some a second; each also notices a stop."""
    told_s = 0.0

    def fraction(done: float) -> None:
        nonlocal told_s
        if (now_s := time.monotonic()) - told_s >= _TICK_S:
            told_s = now_s
            report("", done)

    return fraction
