# SPDX-License-Identifier: Apache-2.0
"""Models in several files: `<name>-00001-of-00003.gguf` and so on, each of which says its place."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf_header import shown

_NAME = re.compile(r"(?P<stem>.*)-(?P<number>[0-9]{5})-of-(?P<count>[0-9]{5})\.gguf", re.DOTALL)
_ALIKE = 0.75  # of two names, by difflib: 'model-00002-of-00003 (1).gguf' and the like


def shared_name(path: Path) -> str:
    """Return what the names of all shards of a model have in common; other files' own names."""
    match = _NAME.fullmatch(path.name)
    return f"{match['stem']}-of-{match['count']}" if match else path.name


def place_in_name(name: str) -> tuple[str, int, int] | None:
    """Return the name that a file's shards share, its number and their count, if it is a shard."""
    match = _NAME.fullmatch(name)
    return (match["stem"], int(match["number"]), int(match["count"])) if match else None


def shard_names(path: Path) -> list[str]:
    """Return the names of all shards of a model, in order, as one of them gives them.

    Other files' own names; the same for a number that is beyond the count.
    """
    match = _NAME.fullmatch(path.name)
    if match is None:
        return [path.name]
    count = int(match["count"])
    names = [_name(match["stem"], number, count) for number in range(1, count + 1)]
    return names if path.name in names else [path.name]


def shards_of(path: Path) -> list[Path]:
    """Return the files of a model, in order: all shards if the name says that it is one.

    Raises ModelFileError if some are missing, or there are more than there should be.
    """
    match = _NAME.fullmatch(path.name)
    if match is None:
        return [path]
    number, count = int(match["number"]), int(match["count"])
    if not 1 <= number <= count:
        raise ModelFileError(
            path,
            f"The file's name says that it is part {number} of {count}.",
            hint="Give the file the name that it came with.",
        )
    names = shard_names(path)
    others = _others(path, names)
    missing = [name for name in names if not _may_be_there(path.parent / name)]
    if missing:
        raise ModelFileError(
            path,
            f"The model has {count} parts, and {len(missing)} of them are missing: "
            f"{', '.join(missing[:3])}{' ...' if len(missing) > 3 else ''}.",
            hint=f"Put all parts into the folder {path.parent}.{_alike(missing[0], others)}",
        )
    extra = [name for name in others if shared_name(Path(name)) == shared_name(path)]
    if extra:
        raise ModelFileError(
            path,
            f"The model has {count} parts, but there is a file {extra[0]} beside them.",
            hint="A part was renamed, or is of another model: give it the name that it came with, "
            "or move it elsewhere.",
        )
    return [path.parent / name for name in names]


def check_place(path: Path, metadata: Mapping[str, Any], number: int, count: int) -> None:
    """Raise ModelFileError if a file does not say that it is part `number` of `count`.

    A file without this metadata is believed.
    """
    own_number, own_count = metadata.get("split.no", number - 1), metadata.get("split.count", count)
    if (own_number, own_count) == (number - 1, count):
        return
    if count == 1 and (own_number, own_count) == (0, 0):
        return  # a model in one file may say that it has no parts
    if count == 1 and type(own_number) is int and type(own_count) is int:
        name = _name("", own_number + 1, own_count)
        raise ModelFileError(
            path,
            f"The file {path.name} is part {own_number + 1} of {own_count} of a model, which its "
            "name does not say.",
            hint=f"Give it the name that it came with, which ends in {name}, and put it beside the "
            "other parts.",
        )
    raise ModelFileError(
        path,
        f"The file {path.name} is not part {number} of {count}: it says that before it come "
        f"{shown(own_number)} parts of {shown(own_count)}.",
        hint="Parts were renamed or mixed up: fetch them again, and keep their names.",
    )


def check_same_model(
    path: Path, metadata: Mapping[str, Any], first: Path, firsts: Mapping[str, Any]
) -> None:
    """Raise ModelFileError if a part counts the tensors of another model than the first part."""
    key = "split.tensors.count"
    own, expected = metadata.get(key), firsts.get(key)
    if None not in (own, expected) and own != expected:
        raise ModelFileError(
            path,
            f"The file {path.name} is of a model with {shown(own)} tensors, and {first.name} of "
            f"one with {shown(expected)}.",
            hint="The parts are of different models: fetch them again.",
        )


def _name(stem: str, number: int, count: int) -> str:
    return f"{stem}-{number:05d}-of-{count:05d}.gguf"


def _others(path: Path, names: list[str]) -> list[str]:
    """Return the names of model files beside a part that are neither `names` nor other models'."""
    try:
        found = {other.name for other in path.parent.iterdir() if ".gguf" in other.name}
    except OSError:  # opening a part will say why
        return []
    own = shared_name(path)
    return [n for n in sorted(found - {*names}) if shared_name(Path(n)) in (n, own)]


def _alike(missing: str, others: list[str]) -> str:
    """Name the file that may be a missing part under another name, if there is one."""
    close = difflib.get_close_matches(missing, others, n=1, cutoff=_ALIKE)
    return f" If {close[0]} is {missing}, rename it." if close else ""


def _may_be_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # opening it will say why
        return True
