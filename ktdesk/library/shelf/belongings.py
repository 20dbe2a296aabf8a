# SPDX-License-Identifier: Apache-2.0
"""Which files belong to a model and to no other one."""

from __future__ import annotations

from pathlib import Path

from ktdesk.library.fetch.names import PART
from ktdesk.library.shelf import ollama
from ktdesk.library.shelf.model import SUFFIX, LocalModel, Owner

_ASIDE = {  # what programs put beside a file, as endings of its name
    Owner.KTDESK: (PART,),
    Owner.LM_STUDIO: (),
    Owner.OLLAMA: (),
    Owner.HUGGING_FACE: (),
    Owner.LLAMA_CPP: (".json", ".etag", ".downloadInProgress"),
}


def belongings(model: LocalModel) -> tuple[Path, ...]:
    """Return the files of a model that are there, with what was fetched or noted along with them.

    A link is itself such a file; what it leads to is one only in the cache that made the link.
    """
    own = [file.path for file in model.files]
    beside = [path.with_name(path.name + end) for path in own for end in _ASIDE[model.owner]]
    paths = [*own, *beside, *_fetched_along(model)]
    if model.owner is Owner.HUGGING_FACE:
        paths += _blobs(own)
    if model.owner is Owner.OLLAMA:
        paths += _manifests(model.path)
    return tuple(path for path in dict.fromkeys(paths) if path.is_symlink() or path.is_file())


def _fetched_along(model: LocalModel) -> list[Path]:
    """Return what else the lock has, such as a licence, unless other models of it are there."""
    if model.lock is None or model.lock_folder is None:
        return []
    own = {file.path for file in model.files}
    rest = [model.lock_folder / file.path for file in model.lock.files]
    rest = [path for path in rest if path not in own]
    others = any(path.suffix.casefold() == SUFFIX and path.exists() for path in rest)
    return [] if others else rest


def _blobs(links: list[Path]) -> list[Path]:
    """Return what links of the Hugging Face cache lead to, and no other link of it does."""
    found: list[Path] = []
    for link in links:
        blob = link.resolve()
        roots = [place for place in link.parents if place.name == "snapshots"]
        if not link.is_symlink() or not roots or blob.parent != roots[0].parent / "blobs":
            continue
        others = (each for each in roots[0].rglob(link.name) if each not in links)
        if not any(each.resolve() == blob for each in others):
            found.append(blob)
    return found


def _manifests(blob: Path) -> list[Path]:
    """Return the manifests of Ollama that name a blob."""
    store = blob.parent.parent
    return [
        manifest
        for manifest in ollama.manifests(store)
        if any(path == blob for path, _ in ollama.blobs_of(store, manifest))
    ]
