# SPDX-License-Identifier: Apache-2.0
"""Which model: finding, building the demo, loading, and what is loaded. No widgets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from ktdesk import KTDeskError, ModelInfo
from ktdesk.engine import LoadProgress
from ktdesk.settings import EngineSettings, Settings, models_folder
from ui.aio import Flow, Report, in_thread, start
from ui.bridge import BridgeEvent, EngineBridge, Loaded, LoadFailed
from ui.chat.own_settings import OwnSettings
from ui.settings_store import SettingsStore

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ktdesk.library.shelf.model import LocalModel


class ModelState(Enum):
    """What is being done about a model."""

    NONE = auto()
    PREPARING = auto()  # a model is looked for, or the demo model is fetched and built
    LOADING = auto()
    READY = auto()


class ModelPresenter(QObject):
    """Keeps one model loaded.

    path, placement: of the model that is loaded, or was tried last; placement is 'auto', a name,
    the path of a file, or None for what was last chosen for this model. chosen: the user's model,
    also while another one is lent to a chat. is_away: the memory is needed for something else.
    own: what was chosen for the loaded model alone.
    changed: state, info, or settings. progress: a LoadProgress. failed: a KTDeskError.
    found: the list of LocalModel that `find` has asked for.
    """

    changed = Signal()
    progress = Signal(object)
    failed = Signal(object)
    found = Signal(list)

    def __init__(self, bridge: EngineBridge, store: SettingsStore, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge, self._store = bridge, store
        self._preparing: Flow | None = None
        self.path: Path | None = None
        self.chosen: Path | None = None
        self.is_away = False
        self.placement: str | None = None
        self._wanted: Mapping[str, Any] | None = None  # of what is loaded, or was tried last
        self._loaded_with: EngineSettings | None = None
        self.own = OwnSettings(self)
        self.own.changed.connect(self.changed)
        self.own.failed.connect(self.failed)
        self.state = ModelState.NONE
        self.info: ModelInfo | None = None
        bridge.events.connect(self._on_events)
        store.changed.connect(self.changed)

    @property
    def threads(self) -> int:
        """The CPU threads in use."""
        return self._bridge.threads

    @property
    def is_ready(self) -> bool:
        """Whether a question can be answered."""
        return self.state is ModelState.READY

    @property
    def is_busy(self) -> bool:
        """Whether there is something to cancel."""
        return self.state in (ModelState.PREPARING, ModelState.LOADING)

    @property
    def needs_reload(self) -> bool:
        """Whether settings have changed that take effect only when a model is loaded."""
        return self.is_ready and self._loaded_with != self.engine_settings

    @property
    def engine_settings(self) -> EngineSettings:
        """The engine's settings that hold for the loaded model."""
        return self.own.over(self._store.settings.engine)

    def expert_counts(self) -> NDArray[np.int64] | None:
        """Return how often experts were chosen; see `Engine.expert_counts`."""
        return self._bridge.expert_counts()

    def start(self) -> None:
        """Load the model that was used last, or else the demo model, if it was made before.

        To fetch it goes to the network, which nothing does unasked.
        """
        last, settings = self._store.settings.interface.last_model, self._store.settings
        if last and Path(last).is_file():
            self.load(Path(last))
        else:  # it may have been moved
            wanted = Path(last) if last else None
            self._prepare(lambda report: _first_model(wanted, settings))

    def load_demo(self) -> None:
        """Load the demo model; it is built first if it is not there."""
        self.cancel()
        self._prepare(_build_demo)

    def load(
        self, path: Path, placement: str | None = None, own: Mapping[str, Any] | None = None
    ) -> None:
        """Load a model in place of the one that is loaded; see `EngineBridge.load`."""
        self.chosen = path
        self._load(path, placement, own)

    def lend(self, path: Path) -> None:
        """Load a model for a chat; it is not chosen by that."""
        self._load(path, None, None)

    def _load(self, path: Path, placement: str | None, own: Mapping[str, Any] | None) -> None:
        self.is_away = False
        self.cancel()
        self.path, self.placement, self._wanted = path, placement, own
        self._set(ModelState.LOADING)
        self.own.follow()
        self._bridge.load(path, self._store.settings.engine, placement, own)

    @Slot(str)
    def load_file(self, path: str) -> None:
        """Load the model that was chosen in a dialog."""
        self.load(Path(path))

    def reload(self) -> None:
        """Load the same model again: with new settings, or after a failure."""
        self.is_away = False
        if self.path:
            self._load(self.path, self.placement, self._wanted)
        else:
            self.start()

    def unload(self) -> None:
        """Give the model's memory back; `reload` brings it again."""
        self.is_away = True
        self.cancel()
        self._set(ModelState.LOADING)
        self._bridge.unload()

    def cancel(self) -> None:
        """Stop preparing or loading."""
        if self.state is ModelState.PREPARING and self._preparing:
            self._preparing.cancel()
            self._set(ModelState.NONE)
        elif self.state is ModelState.LOADING:
            self._bridge.cancel()

    def find(self) -> None:
        """Look for models; `found` tells which there are."""
        start(self, self._tell_of_models(self._store.settings))

    def _prepare(self, get: Callable[[Report], Path | None]) -> None:
        self._preparing = start(self, self._load_what(get))
        self._set(ModelState.PREPARING)

    async def _load_what(self, get: Callable[[Report], Path | None]) -> None:
        """Load the file that is got; there may be none."""
        try:
            path = await in_thread(
                get, lambda stage, fraction: self.progress.emit(LoadProgress(stage, fraction))
            )
        except KTDeskError as error:
            self._on_failure(error)
            return
        self.state = ModelState.NONE  # nothing to cancel: the flow is at its end
        if path:
            self.load(path)
        else:
            self.changed.emit()

    async def _tell_of_models(self, settings: Settings) -> None:
        try:
            self.found.emit(await in_thread(lambda report: _find(settings)))
        except KTDeskError as error:
            self.failed.emit(error)

    def _on_events(self, events: list[BridgeEvent]) -> None:
        for event in events:
            match event:
                case LoadProgress():
                    self.progress.emit(event)
                case Loaded(info, settings, key, own):
                    self._loaded_with = settings
                    self._wanted = None  # what was is kept
                    self.own.follow(key, own)
                    if self.path == self.chosen:
                        self._store.set("interface", "last_model", str(info.path.absolute()))
                    self._set(ModelState.READY, info)
                case LoadFailed(None):
                    self._set(ModelState.NONE)
                case LoadFailed(KTDeskError() as error):
                    self._on_failure(error)
                case _:
                    pass

    def _on_failure(self, error: KTDeskError) -> None:
        self._set(ModelState.NONE)
        self.failed.emit(error)

    def _set(self, state: ModelState, info: ModelInfo | None = None) -> None:
        self.state, self.info = state, info
        self.changed.emit()


def _build_demo(report: Report) -> Path:
    from ktdesk.library.demo import demo_models  # with numpy, and what reads model files

    return demo_models(models_folder(), progress=report).deepseek2


def _first_model(last: Path | None, settings: Settings) -> Path | None:
    from ktdesk.library.demo import built_demo  # with numpy, and what reads model files
    from ktdesk.library.shelf.loading import find_again

    return (find_again(last, settings) if last else None) or built_demo(models_folder())


def _find(settings: Settings) -> list[LocalModel]:
    from ktdesk.library.shelf.shelf import Shelf  # with numpy, and what reads model files
    from ktdesk.remote.remotes import as_model, remotes

    with Shelf.of_settings(settings) as shelf:
        return [*shelf.look().models, *map(as_model, remotes())]
