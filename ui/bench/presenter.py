# SPDX-License-Identifier: Apache-2.0
"""Measures a model in a process of its own; the window's model makes room. No widgets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from ktdesk.errors import KTDeskError
from ktdesk.settings import EngineSettings
from ui.aio import Flow, Report, in_thread, start
from ui.chat.model_presenter import ModelPresenter, ModelState
from ui.settings_store import SettingsStore

if TYPE_CHECKING:
    from ktdesk.bench.one import Bench, Sizes

    Measure = Callable[[Path, EngineSettings, Sizes, Report], Bench]


def _measure_apart(path: Path, settings: EngineSettings, sizes: Sizes, report: Report) -> Bench:
    from ktdesk.bench.apart import bench_apart

    return bench_apart(path, settings, sizes, report)


class BenchPresenter(QObject):
    """changed: anything below. progress: what is being done, and how far all is.

    failed: a KTDeskError. bench: what was measured last. kept: the last results of all models,
    as they stand in JSON, the newest first.
    """

    changed = Signal()
    progress = Signal(str, float)
    failed = Signal(object)

    def __init__(
        self,
        model: ModelPresenter,
        store: SettingsStore,
        parent: QObject | None = None,
        measure: Measure = _measure_apart,
    ) -> None:
        super().__init__(parent)
        self.model, self._store, self._measure = model, store, measure
        self._running: Flow | None = None
        self._waiting: Callable[[], None] | None = None  # for the window's model to be gone
        self._takes_back = False
        self.bench: Bench | None = None
        self.kept: list[dict[str, Any]] = []
        model.changed.connect(self._follow_model)

    @property
    def is_running(self) -> bool:
        """Whether something is being measured, or is about to be."""
        return self._running is not None or self._waiting is not None

    def look(self) -> None:
        """Ask for the results that were kept, and for the models there are."""
        start(self, self._look())
        self.model.find()

    def start(self, path: Path, sizes: Sizes) -> None:
        """Measure a model as the window would load it."""
        if self.is_running:
            return
        settings = self._store.settings.engine

        def begin() -> None:
            self._running = start(self, self._run(path, settings, sizes))

        self._takes_back = self.model.state is not ModelState.NONE
        if self._takes_back:
            self._waiting = begin
            self.model.unload()
        else:
            begin()
        self.changed.emit()

    def cancel(self) -> None:
        """Stop; nothing is kept of it."""
        if self._running:
            self._running.cancel()
        self._end()

    async def _look(self) -> None:
        self.kept = await in_thread(lambda report: _kept())
        self.changed.emit()

    async def _run(self, path: Path, settings: EngineSettings, sizes: Sizes) -> None:
        try:
            self.bench = await in_thread(
                lambda report: self._measure(path, settings, sizes, report), self.progress.emit
            )
        except KTDeskError as error:
            self._end()
            self.failed.emit(error)
        else:
            self._end()
            self.look()

    def _end(self) -> None:
        self._running = self._waiting = None
        if self._takes_back:
            self._takes_back = False
            self.model.reload()
        self.changed.emit()

    @Slot()
    def _follow_model(self) -> None:
        if self._waiting and self.model.state is ModelState.NONE:
            begin, self._waiting = self._waiting, None
            begin()


def _kept() -> list[dict[str, Any]]:
    from ktdesk.bench.last import kept_results

    return kept_results()
