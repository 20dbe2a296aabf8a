# SPDX-License-Identifier: Apache-2.0
"""Ollama's models: manifests that name blobs by their sha256.

A manifest lies under `manifests/<host>/<namespace>/<model>/<tag>`. Of its layers one is the GGUF
file, as `blobs/sha256-<digest>`; releases before 0.1.30 wrote ':' there.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from ktdesk.library.shelf.describe import Candidate
from ktdesk.library.shelf.expected import Expected
from ktdesk.library.shelf.model import Owner

_MODEL = "application/vnd.ollama.image.model"
_DIGEST = re.compile(r"sha256[:-]([0-9a-f]{64})")
_MAX_BYTES = 1 << 20  # of a manifest; they have some hundreds
_DEEPEST = 6  # names in the path of a manifest
_HOST, _NAMESPACE = "registry.ollama.ai", "library"  # that are not part of what people call it


def is_store(names: Collection[str]) -> bool:
    """Return whether a folder with these names in it is one of Ollama's."""
    return "manifests" in names and "blobs" in names


def read(
    store: Path, folder: Path, candidates: list[Candidate], expected: dict[Path, Expected]
) -> None:
    """Add the models of a store, one for each name: several may be of the same file.

    folder: the model folder that the store is in, or is.
    """
    for manifest in manifests(store):
        for blob, size in blobs_of(store, manifest):
            candidates.append(Candidate(blob, folder, Owner.OLLAMA, _title(store, manifest)))
            match = _DIGEST.fullmatch(blob.name)
            expected[blob] = Expected(size, match[1] if match else "")


def manifests(store: Path) -> Iterator[Path]:
    """Yield the paths of the manifests in a store, by name."""
    root = store / "manifests"
    for place, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if len(Path(place).relative_to(root).parts) >= _DEEPEST:
            folders.clear()
        yield from (Path(place, name) for name in sorted(files) if not name.startswith("."))


def blobs_of(store: Path, manifest: Path) -> list[tuple[Path, int | None]]:
    """Return path and size of the model files that a manifest names; none if it is damaged."""
    try:
        with manifest.open("rb") as file:
            layers = json.loads(file.read(_MAX_BYTES))["layers"]
        found = [layer for layer in layers if layer["mediaType"] == _MODEL]
        named = [(_DIGEST.fullmatch(layer["digest"]), layer.get("size")) for layer in found]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []
    return [(_blob(store, match[1]), _size(size)) for match, size in named if match]


def _blob(store: Path, digest: str) -> Path:
    old = store / "blobs" / f"sha256:{digest}"
    return old if os.name != "nt" and old.exists() else store / "blobs" / f"sha256-{digest}"


def _size(value: Any) -> int | None:
    return value if type(value) is int and value >= 0 else None


def _title(store: Path, manifest: Path) -> str:
    """Return what Ollama calls a model: 'qwen3:8b', 'hf.co/owner/name:Q4_K_M'."""
    *names, tag = manifest.relative_to(store / "manifests").parts
    if names[:1] == [_HOST]:
        names = names[2:] if names[1:2] == [_NAMESPACE] else names[1:]
    return f"{'/'.join(names)}:{tag}"
