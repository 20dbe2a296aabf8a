# SPDX-License-Identifier: Apache-2.0
"""The folders of models: which there are, how they are, where downloads go."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from ktdesk.errors import LibraryError
from ktdesk.settings import Settings, models_folder


class FolderState(Enum):
    """How a folder is. ABSENT: not there, as when its disk is not plugged in."""

    READY = "ready"
    READ_ONLY = "read-only"
    UNREADABLE = "unreadable"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder of models. free_bytes, total_bytes: of its disk; 0 where that is not known.

    is_own: KTDesk's own, which cannot be removed, and is made when it is needed. gets_downloads:
    whether it is the one that new models go to.
    """

    path: Path
    state: FolderState
    free_bytes: int
    total_bytes: int
    is_own: bool
    gets_downloads: bool


def model_folders(settings: Settings) -> list[Path]:
    """Return the folders in which models are looked for, KTDesk's own first, each once."""
    more = (Path(folder).expanduser() for folder in settings.models.folders)
    return list(dict.fromkeys([models_folder(), *more]))


def downloads_folder(settings: Settings) -> Path:
    """Return the folder that new models go to; KTDesk's own, unless another one was chosen."""
    chosen = Path(settings.models.downloads).expanduser()
    return chosen if settings.models.downloads else models_folder()


def describe_folders(settings: Settings) -> list[ModelFolder]:
    """Return how the folders are now."""
    own, downloads = models_folder(), downloads_folder(settings)
    return [
        ModelFolder(path, _state(path, path == own), *_space(path), path == own, path == downloads)
        for path in model_folders(settings)
    ]


def add_folder(settings: Settings, folder: Path) -> Settings:
    """Return settings with one folder more. Raises LibraryError if it cannot be one."""
    folder = folder.expanduser().absolute()
    if _state(folder, is_own=False) in (FolderState.ABSENT, FolderState.UNREADABLE):
        raise LibraryError(
            f"{folder} is not a folder that can be read.", hint="Choose another folder, or make it."
        )
    for other in model_folders(settings):
        if folder.resolve().is_relative_to(other.resolve()):
            raise LibraryError(f"Models in {folder} are found already: it is below {other}.")
    return _with_folders(settings, (*settings.models.folders, str(folder)))


def remove_folder(settings: Settings, folder: Path) -> Settings:
    """Return settings without a folder; its files stay. Raises LibraryError for KTDesk's own."""
    if folder == models_folder():
        raise LibraryError(
            f"{folder} is KTDesk's own folder.", hint="Choose another folder for downloads instead."
        )
    left = tuple(name for name in settings.models.folders if Path(name).expanduser() != folder)
    settings = _with_folders(settings, left)
    return send_downloads_to(settings, models_folder()) if _gets(settings, folder) else settings


def send_downloads_to(settings: Settings, folder: Path) -> Settings:
    """Return settings by which new models go to a folder, which is added if it is a new one.

    Raises LibraryError if it cannot be one of models.
    """
    if folder == models_folder():
        return replace(settings, models=replace(settings.models, downloads=""))
    if folder not in model_folders(settings):
        settings = add_folder(settings, folder)
    return replace(settings, models=replace(settings.models, downloads=str(folder.absolute())))


def _gets(settings: Settings, folder: Path) -> bool:
    return settings.models.downloads != "" and downloads_folder(settings) == folder


def _with_folders(settings: Settings, folders: tuple[str, ...]) -> Settings:
    return replace(settings, models=replace(settings.models, folders=folders))


def _state(path: Path, is_own: bool) -> FolderState:
    try:
        is_there = path.is_dir()
    except OSError:
        return FolderState.UNREADABLE
    if not is_there:
        return FolderState.READY if is_own else FolderState.ABSENT
    if not os.access(path, os.R_OK | os.X_OK):
        return FolderState.UNREADABLE
    return FolderState.READY if os.access(path, os.W_OK) else FolderState.READ_ONLY


def _space(path: Path) -> tuple[int, int]:
    """Return what is free and what there is where a folder is, or would be made."""
    for place in (path, *path.parents):
        try:
            usage = shutil.disk_usage(place)
        except OSError:
            continue
        return usage.free, usage.total
    return 0, 0
