# SPDX-License-Identifier: Apache-2.0
"""Goes through a model folder: which files there are, and what is said about them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ktdesk.formats.shards import shared_name
from ktdesk.library.fetch.names import LOCK_NAME
from ktdesk.library.shelf import llama_cpp, ollama
from ktdesk.library.shelf.describe import Candidate
from ktdesk.library.shelf.expected import Expected, by_locks, by_locks_above
from ktdesk.library.shelf.model import SUFFIX, Owner

_SYSTEM = frozenset(("$recycle.bin", "system volume information", "lost+found"))


@dataclass(slots=True)
class Walk:
    """What was found below a folder.

    candidates: one for each model. expected: what is said of files. unreadable: folders that could
    not be looked into, and why.
    """

    folder: Path
    owner: Owner = Owner.KTDESK
    candidates: list[Candidate] = field(default_factory=list[Candidate])
    expected: dict[Path, Expected] = field(default_factory=dict[Path, Expected])
    unreadable: dict[Path, str] = field(default_factory=dict[Path, str])


def walk(folder: Path, owner: Owner = Owner.KTDESK) -> Walk:
    """Go through a folder and those below it; a missing folder has nothing.

    Passed over: what is hidden, and the system's own. Links are followed, but no folder twice.
    """
    found = Walk(folder, owner)
    first: dict[tuple[Path, str], Candidate] = {}
    for place, names, place_owner in _folders(found):
        if ollama.is_store(names):
            ollama.read(place, found.folder, found.candidates, found.expected)
            continue
        if LOCK_NAME in names:
            found.expected |= by_locks(place)
        llama_cpp.read_manifests(place, names, found.expected)
        for name in names:
            if name.casefold().endswith(SUFFIX) and not name.startswith("."):
                path = place / name
                candidate = Candidate(path, folder, place_owner)
                first.setdefault((place, shared_name(path)), candidate)
    for path, said in found.expected.items():  # also of models of which nothing is left
        if said.lock and path.suffix == SUFFIX:
            first.setdefault((path.parent, shared_name(path)), Candidate(path, folder, owner))
    found.candidates += first.values()
    return found


def said_of(path: Path) -> dict[Path, Expected]:
    """Return what is said of a file by what lies beside and above it."""
    expected = by_locks_above(path)
    try:
        names = [each.name for each in path.parent.iterdir()]
    except OSError:
        names = []
    llama_cpp.read_manifests(path.parent, names, expected)
    return expected


def _folders(found: Walk) -> Iterator[tuple[Path, list[str], Owner]]:
    """Yield each folder with the names of its files and of those of its folders that are links."""
    waiting, seen = [(found.folder, found.owner)], set[tuple[int, int]]()
    while waiting:
        place, owner = waiting.pop()
        try:
            status = place.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(place) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except FileNotFoundError:
            continue
        except OSError as error:
            found.unreadable[place] = error.strerror or str(error)
            continue
        names = [entry.name for entry in listed]
        if not ollama.is_store(names):
            folders = [entry.name for entry in listed if _is_folder(entry)]
            below = [name for name in folders if not _is_passed_over(name)]
            if owner is Owner.KTDESK and place.name.startswith("models--"):
                owner = Owner.HUGGING_FACE
            waiting += [(place / name, owner) for name in reversed(below)]
            names = [name for name in names if name not in set(folders)]
        yield place, names, owner


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_passed_over(name: str) -> bool:
    return name.startswith(".") or name.casefold() in _SYSTEM
