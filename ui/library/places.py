# SPDX-License-Identifier: Apache-2.0
"""The folders of models, and what is free on their disks. No widgets."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from ktdesk.settings import models_folder
from ui.settings_store import SettingsStore
from ui.tasks import BackgroundTask


@dataclass(frozen=True, slots=True)
class Place:
    """A folder for models. free_bytes: on its disk, 0 if that is not known."""

    folder: Path
    free_bytes: int


class Places(QObject):
    """Follows the folders in the settings; KTDesk's own is the first. changed: others, or space."""

    changed = Signal()

    def __init__(self, store: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self.places: tuple[Place, ...] = ()
        store.changed.connect(self._follow)

    @property
    def folders(self) -> list[Path]:
        """Where models are looked for."""
        kept = self._store.settings.models.folders
        return list(dict.fromkeys([models_folder(), *map(Path, kept)]))

    def look(self) -> None:
        """Ask how much is free; `changed` follows."""
        folders = self.folders
        task = BackgroundTask(self, lambda report: look_at(folders))
        task.on_success(self._take).start()

    def add(self, folder: str) -> None:
        """Look for models in one more folder."""
        if Path(folder) not in self.folders:
            self._keep((*self._store.settings.models.folders, folder))

    def remove(self, folder: Path) -> None:
        """Look there no longer; its files stay."""
        kept = self._store.settings.models.folders
        self._keep(tuple(each for each in kept if Path(each) != folder))

    def _keep(self, folders: tuple[str, ...]) -> None:
        self._store.set("models", "folders", folders)

    def _take(self, places: tuple[Place, ...]) -> None:
        if [place.folder for place in places] == self.folders:  # else newer ones will come
            self.places = places
            self.changed.emit()

    @Slot(str, str)
    def _follow(self, section: str, name: str) -> None:
        if (section, name) == ("models", "folders"):
            self.look()


def look_at(folders: Sequence[Path]) -> tuple[Place, ...]:
    """Return the folders with what is free on their disks."""
    return tuple(Place(folder, free_bytes(folder)) for folder in folders)


def free_bytes(folder: Path) -> int:
    """Return what is free where a folder is, or would be made."""
    for place in (folder, *folder.parents):
        try:
            return shutil.disk_usage(place).free
        except OSError:
            continue
    return 0
