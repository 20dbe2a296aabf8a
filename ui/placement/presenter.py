# SPDX-License-Identifier: Apache-2.0
"""A model's plan as the user changes what is wanted and edits the rules. No widgets.

What is wanted here becomes a setting only when the placement is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from ktdesk import KTDeskError
from ktdesk.errors import PlacementError
from ktdesk.settings import placements_folder
from ui.aio import Flow, in_thread, start
from ui.placement.opening import Opened, open_here
from ui.placement.rules import AUTO, OWN, Rules
from ui.placement.wanted import Wanted
from ui.settings_store import SettingsStore

if TYPE_CHECKING:
    from ktdesk.planning.plan import Plan, Planner
    from ui.chat.model_presenter import ModelPresenter

DEBOUNCE_MS = 250  # from the last key to the check of the rules


class PlacementPresenter(QObject):
    """Plans one model: the one that is loaded, or one that is chosen here.

    changed: anything below. failed: an error that is not in the rules. plan: the last one whose
    rules were right; error: what is wrong with the present ones.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        model: ModelPresenter,
        store: SettingsStore,
        parent: QObject | None = None,
        open_model: Callable[[Path], Opened] = open_here,
    ) -> None:
        super().__init__(parent)
        self._model, self.store = model, store
        self._open_model = open_model
        self._reading: Flow | None = None
        self._opened: Opened | None = None
        self._debounce = QTimer(self)
        self._debounce.setSingleShot(True)
        self._debounce.setInterval(DEBOUNCE_MS)
        self._debounce.timeout.connect(self._replan)
        self.rules = Rules(self)
        self.path: Path | None = None
        self.plan: Plan | None = None
        self.error: PlacementError | None = None
        self.wanted = Wanted.of(store.settings.engine)
        model.changed.connect(self._follow)
        self._loaded = model.info
        self._follow_model()

    @property
    def planner(self) -> Planner | None:
        """What plans the model; None until its file is read."""
        return self._opened.planner if self._opened else None

    @property
    def is_reading(self) -> bool:
        """Whether a model's file is being read."""
        return self._reading is not None

    @property
    def can_use(self) -> bool:
        """Whether there is something to load a model with: also what advice is against."""
        return self.plan is not None and self.error is None

    @property
    def choices(self) -> tuple[str, ...]:
        """The placements to choose from, by name."""
        return (AUTO, *(self._opened.texts if self._opened else ()), OWN)

    def show_model(self, path: Path) -> None:
        """Plan another model, or the same one on the machine as it is now."""
        if self._reading:
            self._reading.cancel()
        if path != self.path:
            self.path, self._opened, self.plan, self.error = path, None, None, None
            self.rules.choose(AUTO)
        self._reading = start(self, self._read(path))
        self.changed.emit()

    def want_context(self, tokens: int) -> None:
        """Plan with another context."""
        self.wanted = replace(self.wanted, context_tokens=tokens, is_context_set=True)
        self._replan()

    def want_cache(self, cache_type: str) -> None:
        """Plan with another type of cache."""
        self.wanted = replace(self.wanted, cache_type=cache_type)
        self._replan()

    def want_memory(self, vram_mb: int) -> None:
        """Plan with so much of each card's memory; 0 is all that is free."""
        self.wanted = replace(self.wanted, vram_mb=vram_mb)
        self._replan()

    def choose(self, name: str) -> None:
        """Take a placement by its name; OWN begins with the rules as they are."""
        self.rules.choose(name, self._opened.texts.get(name) if self._opened else None)
        self._replan()

    def edit(self, text: str) -> None:
        """Take rules as they are typed; they are checked a moment later."""
        if self.rules.edit(text):
            self._debounce.start()

    def open_file(self, file: Path) -> None:
        """Take the rules of a file."""
        try:
            self.rules.open(file)
        except PlacementError as error:
            self.failed.emit(error)
        else:
            self._replan()

    def save_as(self, file: Path) -> bool:
        """Write the rules to a file; return whether that went well."""
        try:
            self.rules.save(file)
        except PlacementError as error:
            self.failed.emit(error)
            return False
        return True

    def use(self) -> None:
        """Load the model with what is planned; own rules are saved for it first."""
        self._replan()
        if self.path is None or not self.can_use:
            return
        placement = self.rules.choice
        if placement == OWN:
            file = placements_folder() / f"{self.path.stem}.yaml"
            if not self.save_as(file):
                return
            self._replan()  # files that it extends are looked for from there
            if self.error:
                return
            placement = str(file)
        self._model.load(self.path, placement, dict(self.wanted.settings()))

    def _follow(self) -> None:
        if self._model.info is not self._loaded:
            self._loaded = self._model.info
            self._follow_model()

    def _follow_model(self) -> None:
        """Plan the model that is loaded, as it was loaded; none that another machine computes."""
        if self._loaded is not None and not self._loaded.address:
            self.wanted = Wanted.of(self._model.engine_settings)
            self.show_model(self._loaded.path)

    async def _read(self, path: Path) -> None:
        try:
            self._opened = await in_thread(lambda report: self._open_model(path))
            self.wanted = self.wanted.fitted(self._opened.planner)
        except KTDeskError as error:
            self._reading, self._opened, self.plan = None, None, None
            self.failed.emit(error)
            self.changed.emit()
        else:
            self._reading = None
            self._replan()

    def _replan(self) -> None:
        self._debounce.stop()
        if self._opened:
            try:
                planner = self._opened.planner
                self.plan = planner.plan(self.wanted.wishes(self.rules.parse(planner)))
            except PlacementError as error:
                self.error = error
            else:
                self.error = None
                self.rules.follow(self.plan)
        self.changed.emit()
