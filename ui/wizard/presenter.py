# SPDX-License-Identifier: Apache-2.0
"""What the first steps know and do. No widgets."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ktdesk.errors import KTDeskError, LibraryError
from ktdesk.hardware import Machine, describe_machine
from ktdesk.settings import HardwareSettings, Settings
from ui.aio import Flow, in_thread, start
from ui.chat.model_presenter import ModelPresenter
from ui.settings_store import SettingsStore
from ui.wizard.survey import Places, Prospect, estimate, look_at, measure_speeds


class WizardPresenter(QObject):
    """Looks at the machine and for models, and loads the one that is chosen at the end.

    changed: anything below. progress: the share of the measurements that is done. failed: a
    KTDeskError. ended: the page of this name is wanted. machine, prospects, places: None until they
    are known. choice: the file to begin with, None for the demo model.
    """

    changed = Signal()
    progress = Signal(float)
    failed = Signal(object)
    ended = Signal(str)

    def __init__(self, model: ModelPresenter, store: SettingsStore, parent: QObject) -> None:
        super().__init__(parent)
        self._model, self._store = model, store
        self._measuring: Flow | None = None
        self.machine: Machine | None = None
        self.prospects: list[Prospect] | None = None
        self.places: Places | None = None
        self.choice: Path | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether this is the first start: nothing was chosen, and nothing was skipped."""
        interface = self._store.settings.interface
        return not interface.wizard_done and not interface.last_model

    @property
    def is_measuring(self) -> bool:
        """Whether speeds are being measured."""
        return self._measuring is not None

    @property
    def folders(self) -> list[Path]:
        """Where models are looked for; KTDesk's own folder first."""
        from ktdesk.library.shelf.folders import model_folders  # not before the window is seen

        return model_folders(self._store.settings)

    def look(self) -> None:
        """Look at the machine, then at what it could run, and for models."""
        start(self, self._look(self.folders, self._store.settings.hardware))

    def measure(self) -> None:
        """Measure the machine's speeds; predictions then follow them."""
        if not self.is_measuring:
            self._measuring = start(self, self._measure(self.folders))
            self.changed.emit()

    def stop_measuring(self) -> None:
        """Stop at the next measurement; nothing is kept."""
        if self._measuring:
            self._measuring.cancel()
            self._measuring = None
            self.changed.emit()

    def add_folder(self, folder: str) -> None:
        """Look for models in one more folder, if it can be one."""
        from ktdesk.library.shelf.folders import add_folder

        try:
            self._keep_folders(add_folder(self._store.settings, Path(folder)))
        except LibraryError as error:
            self.failed.emit(error)

    def remove_folder(self, folder: Path) -> None:
        """Look there no longer; its files stay."""
        from ktdesk.library.shelf.folders import remove_folder

        self._keep_folders(remove_folder(self._store.settings, folder))

    def choose(self, path: Path | None) -> None:
        """Begin with a file, or with the demo model."""
        self.choice = path
        self.changed.emit()

    def choose_file(self, path: str) -> None:
        """Begin with a file that was chosen in a dialog."""
        self.choose(Path(path))

    def finish(self) -> None:
        """Load what was chosen."""
        if self.choice:
            self._model.load(self.choice)
        else:
            self._model.load_demo()
        self._end()

    def skip(self) -> None:
        """Leave the steps; at the first start, with the model that KTDesk would begin with."""
        if self.is_wanted:
            self._model.start()
        self._end()

    def discover(self) -> None:
        """Look for models to fetch, instead of beginning with one."""
        self._end("discover")

    def _end(self, page: str = "chat") -> None:
        self.stop_measuring()
        self._store.set("interface", "wizard_done", True)
        self.ended.emit(page)

    def _keep_folders(self, settings: Settings) -> None:
        for name in ("folders", "downloads"):
            self._store.set("models", name, getattr(settings.models, name))
        self._look_for_models()

    def _look_for_models(self) -> None:
        if self.machine:  # else they are looked for when it is known
            start(self, self._find_places(self.machine, self._store.settings))

    async def _look(self, folders: list[Path], hardware: HardwareSettings) -> None:
        try:
            machine = await in_thread(lambda report: describe_machine(folders, hardware))
            self.machine = machine
            self.changed.emit()
            self._look_for_models()
            settings = self._store.settings.engine
            self.prospects = await in_thread(lambda report: estimate(machine, settings))
            self.changed.emit()
        except KTDeskError as error:
            self.failed.emit(error)

    async def _find_places(self, machine: Machine, settings: Settings) -> None:
        try:
            places = await in_thread(lambda report: look_at(machine, settings))
        except KTDeskError as error:
            self.failed.emit(error)
            return
        if [place.folder for place in places.folders] == self.folders:  # else newer ones will come
            self.places = places
            self.changed.emit()

    async def _measure(self, folders: list[Path]) -> None:
        try:
            await in_thread(
                lambda report: measure_speeds(folders, report),
                lambda stage, fraction: self.progress.emit(fraction),
            )
        except KTDeskError as error:
            self._measuring = None
            self.changed.emit()
            self.failed.emit(error)
        else:
            self._measuring = None
            self.look()
            self.changed.emit()
