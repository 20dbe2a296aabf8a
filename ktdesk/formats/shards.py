# SPDX-License-Identifier: Apache-2.0
"""Models in several files: `<name>-00001-of-00003.gguf` and so on, each of which says its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ktdesk.errors import ModelFileError

_NAME = re.compile(r"(?P<stem>.*)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf")


def shared_name(path: Path) -> str:
    """Return what the names of all shards of a model have in common; other files' own names."""
    match = _NAME.fullmatch(path.name)
    return f"{match['stem']}-of-{match['count']}" if match else path.name


def shards_of(path: Path) -> list[Path]:
    """Return the files of a model, in order: all shards if the name says that it is one.

    Raises ModelFileError if some are missing.
    """
    match = _NAME.fullmatch(path.name)
    if match is None:
        return [path]
    count = int(match["count"])
    names = [f"{match['stem']}-{i:05d}-of-{count:05d}.gguf" for i in range(1, count + 1)]
    if path.name not in names:
        raise ModelFileError(
            path,
            f"The file's name says that it is part {int(match['number'])} of {count}.",
            hint="Give the file the name that it came with.",
        )
    missing = [name for name in names if not _may_be_there(path.parent / name)]
    if missing:
        raise ModelFileError(
            path,
            f"The model has {count} parts, and {len(missing)} of them are missing: "
            f"{', '.join(missing[:3])}{' ...' if len(missing) > 3 else ''}.",
            hint=f"Put all parts into the folder {path.parent}.",
        )
    return [path.parent / name for name in names]


def check_place(path: Path, metadata: Mapping[str, Any], number: int, count: int) -> None:
    """Raise ModelFileError if a file does not say that it is part `number` of `count`.

    A file without this metadata is believed.
    """
    says = metadata.get("split.no", number - 1), metadata.get("split.count", count)
    # A model in one file may say that it has no parts.
    if says != (number - 1, count) and not (count == 1 and says == (0, 0)):
        raise ModelFileError(
            path,
            f"The file {path.name} is not part {number} of {count}: "
            f"it says that before it come {says[0]} parts of {says[1]}.",
            hint="Parts were renamed or mixed up: fetch them again, and keep their names.",
        )


def _may_be_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # opening it will say why
        return True
