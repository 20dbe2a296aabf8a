# SPDX-License-Identifier: Apache-2.0
"""From the paths of files to a model with its state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ktdesk.errors import ModelFileError
from ktdesk.formats.gguf import Checkpoint
from ktdesk.formats.shards import shard_names
from ktdesk.library.shelf.expected import Expected, by_name
from ktdesk.library.shelf.facts import HEADER, OWN, SHA256, FileFacts
from ktdesk.library.shelf.model import LocalModel, Owner
from ktdesk.library.shelf.seal import Seal
from ktdesk.library.shelf.state import ModelFile, decide

_MODEL, _MAX_KIND = "model", 40  # what `general.type` says, and how much of it is shown


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be a model. path: one of its files. title: what its owner calls it, or ''."""

    path: Path
    folder: Path
    owner: Owner = Owner.KTDESK
    title: str = ""


def describe(
    candidate: Candidate, expected: Mapping[Path, Expected], facts: FileFacts
) -> LocalModel:
    """Look at the files of a model: sizes always, headers if they may have changed."""
    path = candidate.path
    files = model_files(path, expected, facts)
    there = [file.seal for file in files if file.seal]
    is_whole = len(there) == len(files)
    header, reason = _read(files[0].path, there, facts) if is_whole else ({}, "")
    locked = next((expected[file.path] for file in files if file.path in expected), Expected())
    return LocalModel(
        path=next((file.path for file in files if file.seal), path),
        name=candidate.title or header.get("name") or path.stem,
        architecture=header.get("architecture", ""),
        files=files,
        state=decide(files, reason),
        folder=candidate.folder,
        owner=candidate.owner,
        lock=locked.lock,
        lock_folder=locked.folder,
    )


def model_files(
    path: Path, expected: Mapping[Path, Expected], facts: FileFacts
) -> tuple[ModelFile, ...]:
    """Return the files that a model should have, of which `path` is one, as they are now."""
    paths = [path.parent / name for name in shard_names(path)]
    return tuple(_file(each, expected.get(each) or by_name(each), facts) for each in paths)


def _seal(path: Path) -> Seal | None:
    try:
        return Seal.of(path)
    except OSError:
        return None


def _file(path: Path, expected: Expected, facts: FileFacts) -> ModelFile:
    seal, sha256, own = _seal(path), "", ""
    if seal:
        attested = expected.sha256 if expected.seal == seal else ""
        sha256 = facts.get(path, SHA256, [seal]) or attested  # what was found last counts
        own = "" if expected.sha256 else facts.get(path, OWN, [seal]) or ""
    wanted = expected.sha256 or own
    return ModelFile(path, seal, expected.size_bytes, sha256, wanted, is_own=bool(own))


def _read(path: Path, seals: Sequence[Seal], facts: FileFacts) -> tuple[dict[str, Any], str]:
    """Return what the header says, and why it cannot be read; what is wrong is read each time."""
    header: dict[str, Any] | None = facts.get(path, HEADER, seals)
    if header is None:
        try:
            header = _header(Checkpoint.open(path))
        except ModelFileError as error:
            return {}, str(error)
        facts.keep(path, HEADER, seals, header)
    kind = header["kind"]
    if kind != _MODEL:
        return header, f"{path.name} is no model but goes with one: it says that it is {kind!r}."
    return header, ""


def _header(checkpoint: Checkpoint) -> dict[str, Any]:
    kind = checkpoint.metadata.get("general.type", _MODEL)
    is_projector = checkpoint.architecture == "clip"  # older ones do not say their type
    return {
        "name": checkpoint.name,
        "architecture": checkpoint.architecture,
        "kind": "mmproj" if is_projector else str(kind)[:_MAX_KIND],
    }
