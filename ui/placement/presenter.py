# SPDX-License-Identifier: Apache-2.0
"""A model's plan as the user changes what is wanted, and the rules as they are edited. No widgets.

What is wanted here becomes a setting only when the placement is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from ktdesk import KTDeskError
from ktdesk.errors import PlacementError
from ktdesk.settings import placements_folder
from ui.settings_store import SettingsStore
from ui.tasks import BackgroundTask

if TYPE_CHECKING:
    from ktdesk.planning.plan import Plan, Planner
    from ktdesk.planning.shares import DeviceShares, MapCell, RuleMatches
    from ktdesk.planning.speed import Speed
    from ui.chat.model_presenter import ModelPresenter

AUTO, OWN = "auto", "own"  # choices besides the names of placements that come with KTDesk
DEBOUNCE_MS = 250  # from the last key to the check of the rules


@dataclass(frozen=True, slots=True)
class Opened:
    """A model that can be planned. texts: of the placements that come with KTDesk, by name."""

    planner: Planner
    texts: dict[str, str]


class PlacementPresenter(QObject):
    """Plans one model: the one that is loaded, or one that is chosen here.

    changed: anything below. rewritten: the rules are others, and not by `edit`. failed: an error
    that has no line. plan: the last one whose rules were right; error: what is wrong with the
    present ones.
    """

    changed = Signal()
    rewritten = Signal()
    failed = Signal(object)

    def __init__(
        self,
        model: ModelPresenter,
        store: SettingsStore,
        parent: QObject | None = None,
        open_model: Callable[[Path], Opened] | None = None,
    ) -> None:
        super().__init__(parent)
        self._model, self._store = model, store
        self._open_model = open_model or _open
        self._task: BackgroundTask[Opened] | None = None
        self._opened: Opened | None = None
        self._debounce = QTimer(self)
        self._debounce.setSingleShot(True)
        self._debounce.setInterval(DEBOUNCE_MS)
        self._debounce.timeout.connect(self._replan)
        self.path: Path | None = None
        self.file: Path | None = None
        self.plan: Plan | None = None
        self.error: PlacementError | None = None
        self.choice: str = AUTO
        self.text: str = ""
        self.stops: tuple[int, ...] = ()
        self._take_settings()
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
        return self._task is not None

    @property
    def can_use(self) -> bool:
        """Whether there is something to load a model with: also what advice is against."""
        return self.plan is not None and self.error is None

    @property
    def choices(self) -> tuple[str, ...]:
        """The placements to choose from, by name."""
        return (AUTO, *(self._opened.texts if self._opened else ()), OWN)

    @property
    def folder(self) -> Path:
        """Where files of rules are looked for."""
        return self.file.parent if self.file else placements_folder()

    @property
    def bars(self) -> list[DeviceShares]:
        """What the plan has on each device."""
        from ktdesk.planning.shares import device_shares

        if self._opened is None or self.plan is None:
            return []
        vram_bytes = self.vram_mb * 1_000_000
        machine = self._opened.planner.machine
        return device_shares(self.plan, machine, self.context_tokens, vram_bytes)

    @property
    def decode_curve(self) -> dict[int, Speed]:
        """The plan's speeds with more and more tokens before."""
        if self._opened is None or self.plan is None:
            return {}
        return self._opened.planner.decode_curve(self.plan, self.context_tokens)

    @property
    def table(self) -> list[RuleMatches]:
        """What each rule of the plan places."""
        from ktdesk.planning.shares import rule_matches

        return rule_matches(self.plan) if self.plan else []

    @property
    def map(self) -> list[MapCell]:
        """Where the plan has each layer's classes of modules."""
        from ktdesk.planning.shares import layer_map

        return layer_map(self.plan) if self.plan else []

    def show_model(self, path: Path) -> None:
        """Plan another model, or the same one on the machine as it is now."""
        if self._task:
            self._task.cancel()
        if path != self.path:
            self.path, self._opened, self.plan, self.error = path, None, None, None
        self._task = BackgroundTask(self, lambda report: self._open_model(path))
        self._task.on_success(self._on_opened).on_failure(self._on_failure).start()
        self.changed.emit()

    def want(
        self,
        *,
        context_tokens: int | None = None,
        cache_type: str | None = None,
        vram_mb: int | None = None,
    ) -> None:
        """Plan with something else."""
        if context_tokens is not None:
            self.context_tokens = context_tokens
        if cache_type is not None:
            self.cache_type = cache_type
        if vram_mb is not None:
            self.vram_mb = vram_mb
        self._replan()

    def choose(self, name: str) -> None:
        """Take a placement by its name; OWN begins with the rules as they are."""
        self.choice, self.file = name, None
        if self._opened and name in self._opened.texts:
            self._rewrite(self._opened.texts[name])
        self._replan()

    def edit(self, text: str) -> None:
        """Take rules as they are typed; they are checked a moment later."""
        if text != self.text:
            self.text, self.choice = text, OWN
            self._debounce.start()

    def open_file(self, file: Path) -> None:
        """Take the rules of a file."""
        from ktdesk.planning.choices import read_rules

        try:
            text = read_rules(file)
        except PlacementError as error:
            self.failed.emit(error)
            return
        self.choice, self.file = OWN, file
        self._rewrite(text)
        self._replan()

    def save_as(self, file: Path) -> bool:
        """Write the rules to a file; return whether that went well."""
        from ktdesk.planning.choices import save_rules

        try:
            save_rules(file, self.text)
        except PlacementError as error:
            self.failed.emit(error)
            return False
        self.file = file
        return True

    def use(self) -> None:
        """Load the model with what is planned; own rules are saved for it first."""
        self._replan()
        if self.path is None or not self.can_use:
            return
        placement = self.choice
        if placement == OWN:
            file = placements_folder() / f"{self.path.stem}.yaml"
            if not self.save_as(file):
                return
            self._replan()  # a file that it extends may be elsewhere as seen from there
            if self.error:
                return
            placement = str(file)
        for name in ("context_tokens", "cache_type", "vram_mb"):
            self._store.set("engine", name, getattr(self, name))
        self._model.load(self.path, placement)

    def _take_settings(self) -> None:
        engine = self._store.settings.engine
        self.context_tokens = engine.context_tokens
        self.cache_type, self.vram_mb = engine.cache_type, engine.vram_mb

    def _follow(self) -> None:
        if self._model.info is not self._loaded:
            self._loaded = self._model.info
            self._follow_model()

    def _follow_model(self) -> None:
        """Plan the model that is loaded, as it was loaded."""
        if self._loaded is None:
            return
        is_other = self._loaded.path != self.path
        self._take_settings()
        if is_other:
            self.choice, self.file = AUTO, None
        self.show_model(self._loaded.path)

    def _on_opened(self, opened: Opened) -> None:
        from ktdesk.planning.choices import contexts_of

        self._task, self._opened = None, opened
        try:
            self.context_tokens, self.stops = contexts_of(opened.planner, self.context_tokens)
        except KTDeskError as error:
            self._on_failure(error)
            return
        self._replan()

    def _on_failure(self, error: KTDeskError) -> None:
        self._task, self._opened, self.plan = None, None, None
        self.failed.emit(error)
        self.changed.emit()

    def _replan(self) -> None:
        self._debounce.stop()
        if self._opened:
            try:
                self.plan, self.error = self._make_plan(self._opened.planner), None
            except PlacementError as error:
                self.error = error
        if self.choice == AUTO and self.plan:
            self._rewrite(self.plan.assignment.placement.write())
        self.changed.emit()

    def _make_plan(self, planner: Planner) -> Plan:
        from ktdesk.planning.choices import make_wishes, parse_rules

        placement = None
        if self.choice != AUTO:
            placement = parse_rules(self.text, self.file or Path(f"{self.choice}.yaml"), planner)
        return planner.plan(
            make_wishes(self.context_tokens, self.cache_type, self.vram_mb, placement)
        )

    def _rewrite(self, text: str) -> None:
        if text != self.text:
            self.text = text
            self.rewritten.emit()


def _open(path: Path) -> Opened:
    from ktdesk.planning.choices import shipped_texts  # with torch
    from ktdesk.planning.this_machine import open_planner

    return Opened(open_planner(path), shipped_texts())
