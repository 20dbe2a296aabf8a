# SPDX-License-Identifier: Apache-2.0
"""The models in a folder. The disk is the truth: nothing about them is stored elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.formats.shards import shared_name


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model file, or the first of its shards that is there. size_bytes counts all shards.

    problem: why it cannot be read; then name is the file's, and architecture empty.
    """

    path: Path
    name: str
    architecture: str
    size_bytes: int
    problem: str = ""

    @property
    def id(self) -> str:
        """What programs call it: the file's name, without what tells shards apart."""
        return shared_name(self.path).removesuffix(".gguf")


def find_models(folder: Path) -> list[ModelEntry]:
    """Return the models below a folder, newest first; shards as one. A missing folder has none."""
    first: dict[tuple[Path, str], Path] = {}
    for path in sorted(folder.rglob("*.gguf")):
        if path.is_file() and not _is_hidden(path.relative_to(folder)):
            first.setdefault((path.parent, shared_name(path)), path)
    return [read_model(path) for path in sorted(first.values(), key=_age)]


def named(entries: Iterable[ModelEntry], name: str) -> ModelEntry | None:
    """Return the first that goes by a name, whatever its case: its own, its file's, its id."""
    wanted = name.casefold()
    for entry in entries:
        if wanted in (entry.name.casefold(), entry.path.stem.casefold(), entry.id.casefold()):
            return entry
    return None


def read_model(path: Path) -> ModelEntry:
    """Return what a model file is. One that cannot be read has a problem."""
    try:
        checkpoint = Checkpoint.open(path)
        return ModelEntry(path, checkpoint.name, checkpoint.architecture, checkpoint.size_bytes)
    except ModelFileError as error:
        return ModelEntry(path, path.stem, "", _state(path)[1], str(error))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _age(path: Path) -> float:
    return -_state(path)[0]


def _state(path: Path) -> tuple[float, int]:
    """Return time of change and size in bytes; zeros if the file has gone meanwhile."""
    try:
        state = path.stat()
    except OSError:
        return 0.0, 0
    return state.st_mtime, state.st_size
