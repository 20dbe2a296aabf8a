# SPDX-License-Identifier: Apache-2.0
"""The models in a folder. The disk is the truth: nothing about them is stored elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint

_LATER_SHARD = re.compile(r"-(?!00001)\d{5}-of-\d{5}\.gguf$")


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A model file, or the first of its shards. size_bytes counts all shards.

    problem: why it cannot be read; then name is the file's, and architecture empty.
    """

    path: Path
    name: str
    architecture: str
    size_bytes: int
    problem: str = ""


def find_models(folder: Path) -> list[ModelEntry]:
    """Return the models below a folder, newest first; shards as one. A missing folder has none."""
    files = [path for path in folder.rglob("*.gguf") if not _is_hidden(path.relative_to(folder))]
    first = [path for path in files if not _LATER_SHARD.search(path.name) and path.is_file()]
    return [_describe(path) for path in sorted(first, key=_age)]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _age(path: Path) -> tuple[float, str]:
    return -path.stat().st_mtime, path.name


def _describe(path: Path) -> ModelEntry:
    try:
        checkpoint = Checkpoint.open(path)
        return ModelEntry(path, checkpoint.name, checkpoint.architecture, checkpoint.size_bytes)
    except ModelFileError as error:
        return ModelEntry(path, path.stem, "", path.stat().st_size, str(error))
