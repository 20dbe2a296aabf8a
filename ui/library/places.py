# SPDX-License-Identifier: Apache-2.0
"""The folders of models, and what is free on their disks. No widgets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from ktdesk.errors import LibraryError
from ktdesk.library.shelf.folders import (
    ModelFolder,
    add_folder,
    describe_folders,
    model_folders,
    remove_folder,
    send_downloads_to,
)
from ktdesk.settings import Settings
from ui.aio import in_thread, start
from ui.settings_store import SettingsStore


class Places(QObject):
    """Follows the folders in the settings. changed: others, or space. failed: a LibraryError."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, store: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self.folders: tuple[ModelFolder, ...] = ()
        store.changed.connect(self._follow)

    def look(self) -> None:
        """Ask how the folders are; `changed` follows."""
        start(self, self._look(self._store.settings))

    def add(self, folder: str) -> None:
        """Look for models in one more folder."""
        self._change(lambda settings: add_folder(settings, Path(folder)))

    def include(self, folder: Path) -> bool:
        """Look for models in a folder, unless that is done already; return whether it is done."""
        known = [each.resolve() for each in model_folders(self._store.settings)]
        if any(folder.resolve().is_relative_to(each) for each in known):
            return True
        return self._change(lambda settings: add_folder(settings, folder))

    def remove(self, folder: Path) -> None:
        """Look there no longer; its files stay."""
        self._change(lambda settings: remove_folder(settings, folder))

    def send_downloads_to(self, folder: str) -> None:
        """Let new models go to a folder, which is added if it is a new one."""
        self._change(lambda settings: send_downloads_to(settings, Path(folder)))

    def _change(self, change: Callable[[Settings], Settings]) -> bool:
        try:
            models = change(self._store.settings).models
        except LibraryError as error:
            self.failed.emit(error)
            return False
        self._store.set("models", "folders", models.folders)
        self._store.set("models", "downloads", models.downloads)
        return True

    async def _look(self, settings: Settings) -> None:
        folders = await in_thread(lambda report: describe_folders(settings))
        if settings.models == self._store.settings.models:  # else newer ones will come
            self.folders = tuple(folders)
            self.changed.emit()

    @Slot(str, str)
    def _follow(self, section: str, name: str) -> None:
        del name
        if section == "models":
            self.look()
