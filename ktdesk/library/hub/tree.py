# SPDX-License-Identifier: Apache-2.0
"""Sources that are a tree of folders: what is in them, and what of it is a repository."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from ktdesk.errors import DownloadError
from ktdesk.library.hub.listing import Listing, RemoteFile
from ktdesk.library.hub.names import checked_files, is_safe_path
from ktdesk.library.hub.source import Hit, not_found

ROOT = "."  # the repository of files that are in no folder
DEPTH = 4  # folders below each other that are looked into
MOST_FOLDERS = 500


class Tree(ABC):
    """A tree. Its repositories are its folders, up to two below each other: 'owner/name'.

    So folders below those are of the same repository: publishers give each quantisation one.
    """

    id: str
    title: str
    address: str = ""
    takes_token: bool = False

    @abstractmethod
    def paths(self, folder: str) -> list[str]:
        """Return the paths of the model files below a folder, '.' for all. Raises DownloadError."""

    @abstractmethod
    def files(self, paths: Iterable[str]) -> list[RemoteFile]:
        """Return sizes and hashes of files. Raises DownloadError."""

    def search(self, words: str, limit: int) -> list[Hit]:
        """Return the repositories whose name or files have all of the words in them."""
        wanted = words.casefold().split()
        found: dict[str, str] = {}
        for path in self.paths(ROOT):
            repository = _repository(path)
            found[repository] = f"{found.get(repository, '')} {path}"
        names = [n for n, text in found.items() if all(w in text.casefold() for w in wanted)]
        return [Hit(self.id, name) for name in sorted(names)[:limit]]

    def listing(self, repository: str, revision: str = "") -> Listing:
        """Return the files of a folder; the revision is made of their sizes and hashes."""
        self.check(repository)
        found = checked_files(self.files(self.paths(repository)))
        files = tuple(_below(file, repository) for file in found)
        if not files:
            raise not_found(self.title, repository)
        now = _revision(files)
        if revision not in ("", now):
            raise DownloadError(
                f"{self.title} has other files of {repository} by now.",
                hint="Look the model up again.",
                kind="changed",
            )
        return Listing(self.id, repository, now, "", is_gated=False, files=files)

    def check(self, repository: str) -> None:
        """Raise DownloadError if a name can be no folder's of this tree."""
        if repository != ROOT and not is_safe_path(repository):
            raise not_found(self.title, repository)


def below(folder: str, name: str) -> str:
    """Return the path of what is in a folder, '.' for the root."""
    return name if folder == ROOT else f"{folder}/{name}"


def folders_of(paths: Iterable[str]) -> set[str]:
    """Return the folders in which a lock file of some files may be."""
    return {str(parent) for path in paths for parent in PurePosixPath(path).parents}


def hashes_of(locks: Mapping[str, Iterable[RemoteFile]]) -> dict[tuple[str, int], str]:
    """Return what lock files say of hashes, by path and size. locks: by their folders."""
    return {
        (below(folder, file.path), file.size_bytes): file.sha256
        for folder, files in locks.items()
        for file in files
        if file.sha256
    }


def _repository(path: str) -> str:
    return "/".join(PurePosixPath(path).parts[:-1][:2]) or ROOT


def _below(file: RemoteFile, repository: str) -> RemoteFile:
    path = file.path if repository == ROOT else file.path.removeprefix(f"{repository}/")
    return RemoteFile(path, file.size_bytes, file.sha256)


def _revision(files: Iterable[RemoteFile]) -> str:
    lines = (f"{file.path}\0{file.size_bytes}\0{file.sha256}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:40]
