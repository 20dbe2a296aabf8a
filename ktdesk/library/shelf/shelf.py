# SPDX-License-Identifier: Apache-2.0
"""`Shelf`: the models on this machine. The disk is the truth; what is known of files is a cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ktdesk.formats.shards import shard_names
from ktdesk.library.shelf.describe import Candidate, describe
from ktdesk.library.shelf.facts import HEADER, FileFacts
from ktdesk.library.shelf.folders import model_folders
from ktdesk.library.shelf.model import LocalModel, Owner
from ktdesk.library.shelf.others import places_of_others
from ktdesk.library.shelf.state import Condition, ModelFile, decide
from ktdesk.library.shelf.walk import said_of, walk
from ktdesk.settings import Settings


@dataclass(frozen=True, slots=True)
class Inventory:
    """What there is. models: newest first. unreadable: folders that could not be read, and why."""

    models: tuple[LocalModel, ...]
    unreadable: dict[Path, str] = field(default_factory=dict[Path, str])


class Shelf:
    """The models in some folders. Threads may share it; close it when it is no longer used.

    places: folders, and whose they are.
    """

    def __init__(
        self, places: Sequence[tuple[Path, Owner]], facts: FileFacts | None = None
    ) -> None:
        self.places = tuple(places)
        self.facts = facts or FileFacts()

    @classmethod
    def of_settings(cls, settings: Settings) -> Shelf:
        """Return the shelf of all folders of the settings, and of the other programs'."""
        own = [(folder, Owner.KTDESK) for folder in model_folders(settings)]
        return cls(own + (places_of_others() if settings.models.other_programs else []))

    def __enter__(self) -> Shelf:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what is known of files."""
        self.facts.close()

    def look(self) -> Inventory:
        """Look through all folders. Fails for nothing that may be in them."""
        models: dict[object, LocalModel] = {}
        unreadable: dict[Path, str] = {}
        for folder, owner in self.places:
            found = walk(folder, owner)
            unreadable |= found.unreadable
            here = [describe(each, found.expected, self.facts) for each in found.candidates]
            if _is_there(folder):
                self._forget_others(folder, here)
            else:
                here += self._away(folder, owner)
            for model in here:
                models.setdefault(_identity(model), model)
        return Inventory(tuple(sorted(models.values(), key=_newest_first)), unreadable)

    def look_at(self, path: Path) -> LocalModel:
        """Look at the model that a file is of, wherever it lies."""
        path = path.absolute()
        places = ((folder, owner) for folder, owner in self.places if path.is_relative_to(folder))
        folder, owner = next(places, (path.parent, Owner.KTDESK))
        return describe(Candidate(path, folder, owner), said_of(path), self.facts)

    def _forget_others(self, folder: Path, models: Sequence[LocalModel]) -> None:
        """Forget models that are not in a folder any more, as they do not come back with a disk."""
        known = {path for path, _ in self.facts.below(folder, HEADER)}
        self.facts.forget(known - {model.files[0].path for model in models}, HEADER)

    def _away(self, folder: Path, owner: Owner) -> Iterator[LocalModel]:
        """Yield the models of a folder that is not there, as when its disk is unplugged."""
        for path, header in self.facts.below(folder, HEADER):
            files = tuple(ModelFile(path.parent / name, None) for name in shard_names(path))
            yield LocalModel(
                path, header["name"], header["architecture"], files, decide(files), folder, owner
            )


def _identity(model: LocalModel) -> object:
    """Return what is the same for a model that is found twice, through links or nested folders."""
    if model.condition is Condition.GONE:
        return model.path
    return tuple(file.seal for file in model.files)


def _is_there(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except OSError:  # its disk does not answer
        return False


def _newest_first(model: LocalModel) -> tuple[int, Path]:
    return -model.changed_ns, model.path
