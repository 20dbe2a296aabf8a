# SPDX-License-Identifier: Apache-2.0
"""A folder as a source: on another disk, a stick, or a share of the network."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from ktdesk.errors import DownloadError, LibraryError
from ktdesk.library.fetch.order import Origin
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.hub.source import UrlOrigin
from ktdesk.library.hub.tree import DEPTH, MOST_FOLDERS, Tree, below, folders_of, hashes_of
from ktdesk.library.hub.variants import is_model
from ktdesk.library.shelf.lock_file import read_locks


class Folder(Tree):
    """A folder with models. Hashes are those of lock files in it."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.id = self.title = str(self.path)

    def paths(self, folder: str) -> list[str]:
        """Return the paths of the model files below a folder."""
        return sorted(self._walk(folder))

    def files(self, paths: Iterable[str]) -> list[RemoteFile]:
        """Return sizes, and the hashes that lock files tell."""
        paths = tuple(paths)
        known = hashes_of({folder: self._locked(folder) for folder in folders_of(paths)})
        found: list[RemoteFile] = []
        for path in paths:
            try:
                size = (self.path / path).stat().st_size
            except OSError:  # it has gone meanwhile
                continue
            found.append(RemoteFile(path, size, known.get((path, size), "")))
        return found

    def origin(self, repository: str, revision: str) -> Origin:
        """Return where files can be had: addresses that begin with file:."""
        self.check(repository)
        root = self.path / repository
        return UrlOrigin(self.id, lambda path: root.joinpath(*path.split("/")).as_uri())

    def _walk(self, folder: str) -> Iterator[str]:
        waiting, seen = [(folder, 0)], 0
        while waiting and seen < MOST_FOLDERS:
            here, depth = waiting.pop()
            seen += 1
            for entry in self._entries(here, is_top=not depth):
                path = below(here, entry.name)
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    waiting += [(path, depth + 1)] if depth < DEPTH else []
                elif is_model(entry.name) and entry.is_file():
                    yield path

    def _entries(self, folder: str, *, is_top: bool) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self.path / folder) as entries:
                return list(entries)
        except OSError as error:
            if not is_top:  # what cannot be looked into has nothing to offer
                return []
            raise DownloadError(
                f"The folder {self.path / folder} cannot be read: {error.strerror}.",
                hint="Is the disk connected? Check the path and its permissions.",
                kind="missing",
            ) from None

    def _locked(self, folder: str) -> list[RemoteFile]:
        try:
            locks = read_locks(self.path / folder)
        except LibraryError:  # then there are no hashes
            return []
        return [file for lock in locks for file in lock.files]
