# SPDX-License-Identifier: Apache-2.0
"""What is known of a model before it is loaded: how it was last, and where it is now."""

from __future__ import annotations

import contextlib
import logging
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ktdesk.errors import KTDeskError, LibraryError, ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.formats.shards import shard_names
from ktdesk.library.shelf.facts import KEY, FileFacts
from ktdesk.library.shelf.model_settings import (
    ModelSettings,
    read_model_settings,
    write_model_settings,
)
from ktdesk.library.shelf.seal import Seal
from ktdesk.library.shelf.shelf import Shelf
from ktdesk.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is known of a model before it is loaded.

    key: of its content, or '' if it cannot be read; then nothing can be kept for it.
    """

    key: str
    own: ModelSettings

    def placement(self, given: str | None = None) -> str:
        """Return what to load it by: the given placement, else its last one, else 'auto'."""
        return given or self.own.placement or "auto"


def prepare_load(path: Path) -> Prepared:
    """Return what was chosen for a model that is to be loaded."""
    with closing(FileFacts()) as facts:
        try:
            key = content_key(path, facts)
        except KTDeskError as error:  # loading says what is wrong
            log.debug("%s", error)
            return Prepared("", ModelSettings())
        return Prepared(key, read_model_settings(key))


def remember(model: Prepared, own: ModelSettings) -> None:
    """Load a model by these settings from now on; if they cannot be kept, the log says so."""
    if model.key and own != model.own:
        try:
            write_model_settings(model.key, own)
        except LibraryError as error:
            log.warning("%s", error)


def find_again(path: Path, settings: Settings) -> Path | None:
    """Return where a model is now that was loaded from a place where it is no more.

    It keeps the name of its file, and its content. None if it is in no folder of the settings.
    """
    with Shelf.of_settings(settings) as shelf:
        first = path.absolute().with_name(shard_names(path)[0])
        key = shelf.facts.last(first, KEY)
        if key is None:  # it was never loaded from there
            return None
        for model in shelf.look().models:
            if model.path.name == first.name and model.condition.may_load:
                with contextlib.suppress(ModelFileError):  # it is going, too
                    if content_key(model.path, shelf.facts) == key:
                        return model.path
    return None


def content_key(path: Path, facts: FileFacts) -> str:
    """Return what tells a model's content from others, wherever it lies, whatever it is called.

    Reads the headers and some of each tensor, if the files may have changed since the last time.
    Raises ModelFileError.
    """
    path = path.absolute()
    files = [path.parent / name for name in shard_names(path)]
    try:
        seals = [Seal.of(file) for file in files]
    except OSError:
        return Checkpoint.open(path).digest()  # says what is wrong
    key = facts.get(files[0], KEY, seals)
    if not isinstance(key, str):
        key = Checkpoint.open(path).digest()
        facts.keep(files[0], KEY, seals, key)
    return key
