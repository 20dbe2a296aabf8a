# SPDX-License-Identifier: Apache-2.0
"""`model.lock.json` beside models: where their files come from, and what they should be.

A folder has one lock for each revision of a repository that it has files of. Lock files may come
from strangers, with a folder that was copied: every value is checked before it is used.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from ktdesk.errors import LibraryError
from ktdesk.library.fetch.names import LOCK_NAME, key_on_disk
from ktdesk.library.hub.listing import RemoteFile
from ktdesk.library.hub.names import is_safe_path
from ktdesk.library.shelf.seal import Seal
from ktdesk.whole_file import whole_file

_VERSION = 1  # raised when what the file says changes its meaning
_MAX_BYTES = 16 << 20  # a file takes 250; the largest repositories have some thousands
_MAX_SIZE = 1 << 60
_ORIGIN = ("source", "repository", "revision")
_SHA256 = re.compile(r"[0-9a-f]{64}|")

_writing = threading.Lock()  # a folder may get two models at once


@dataclass(frozen=True, slots=True)
class ModelLock:
    """Files of a repository at one revision, in the folder of the lock file.

    source, repository, revision: those of the listing. A file's place in the folder is its path.
    seals: of the files whose bytes were compared with their sha256 when the lock was written, by
    path; a file whose seal has broken must be compared again.
    """

    source: str
    repository: str
    revision: str
    files: tuple[RemoteFile, ...]
    seals: tuple[tuple[str, Seal], ...] = ()

    @property
    def origin(self) -> tuple[str, str, str]:
        """What tells locks of a folder apart."""
        return self.source, self.repository, self.revision


def read_locks(folder: Path) -> tuple[ModelLock, ...]:
    """Return the locks of the models in a folder; none if there is no lock file.

    Raises LibraryError if there is one that cannot be used.
    """
    path = folder / LOCK_NAME
    try:
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except OSError as error:
        raise _unusable(path, f"cannot be read: {error.strerror}") from error
    if len(raw) > _MAX_BYTES:
        raise _unusable(path, "is larger than a lock file can be")
    try:
        return _locks(json.loads(raw))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise _unusable(path, f"is not a lock file ({error})") from error


def parse_locks(document: Any) -> tuple[ModelLock, ...]:
    """Return the locks that the JSON of a lock file holds. Raises ValueError if it is none."""
    try:
        return _locks(document)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(str(error)) from error


def write_lock(folder: Path, lock: ModelLock) -> None:
    """Add a lock to those of a folder, whole or not at all.

    Files that it names leave the other locks, and files of the same revision stay beside its own.
    A lock file that cannot be used is replaced. Raises LibraryError.
    """
    with _writing:
        try:
            others = read_locks(folder)
        except LibraryError:
            others = ()
        names = {file.path for file in lock.files}
        kept = [_without(other, names) for other in others]
        same = next((each for each in kept if each.origin == lock.origin), None)
        if same:
            kept.remove(same)
            lock = replace(lock, files=same.files + lock.files, seals=same.seals + lock.seals)
        _write(folder, [*kept, lock])


def forget_files(folder: Path, paths: Collection[str]) -> None:
    """Take files out of a folder's locks; without any files left, the lock file goes.

    Raises LibraryError.
    """
    with _writing:
        _write(folder, [_without(lock, paths) for lock in read_locks(folder)])


def _without(lock: ModelLock, names: Collection[str]) -> ModelLock:
    return replace(
        lock,
        files=tuple(file for file in lock.files if file.path not in names),
        seals=tuple(seal for seal in lock.seals if seal[0] not in names),
    )


def _write(folder: Path, locks: list[ModelLock]) -> None:
    path = folder / LOCK_NAME
    locks = [lock for lock in locks if lock.files]
    content = {"version": _VERSION, "models": [_as_json(lock) for lock in locks]}
    try:
        _locks(content)  # what is written can be read
        if locks:
            with whole_file(path) as file:
                file.write(json.dumps(content, indent=1).encode())
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise LibraryError(
            f"{path} cannot be written: {error.strerror}.",
            hint="Make the folder writable, or free space on its disk.",
        ) from error
    except ValueError as error:
        raise LibraryError(f"{path} cannot be written: {error}.") from error


def _as_json(lock: ModelLock) -> dict[str, Any]:
    return {
        "source": lock.source,
        "repository": lock.repository,
        "revision": lock.revision,
        "files": [
            {"path": file.path, "size_bytes": file.size_bytes, "sha256": file.sha256}
            for file in lock.files
        ],
        "seals": {path: seal.as_json() for path, seal in lock.seals},
    }


def _locks(content: Any) -> tuple[ModelLock, ...]:
    """Return the locks in a document. Raises KeyError, TypeError, ValueError, AttributeError."""
    if content["version"] != _VERSION:
        raise ValueError(f"version {content['version']!r}; a newer KTDesk may have written it")
    locks = tuple(_lock(entry) for entry in _list(content["models"]))
    names = [key_on_disk(file.path) for lock in locks for file in lock.files]
    if len(names) != len(set(names)):
        raise ValueError("a file is named twice")
    return locks


def _lock(entry: Any) -> ModelLock:
    source, repository, revision = (_text(entry[key]) for key in _ORIGIN)
    files = tuple(_file(each) for each in _list(entry["files"]))
    seals = {path: Seal.from_json(seal) for path, seal in entry["seals"].items()}
    own = tuple((file.path, seals[file.path]) for file in files if file.path in seals)
    return ModelLock(source, repository, revision, files, own)


def _file(entry: Any) -> RemoteFile:
    path, size, sha256 = _text(entry["path"]), entry["size_bytes"], _text(entry["sha256"])
    if not is_safe_path(path):
        raise ValueError(f"the path {path[:200]!r} may lead out of the folder")
    if type(size) is not int or not 0 <= size <= _MAX_SIZE:
        raise ValueError(f"the size of {path} is {size!r}")
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"the sha256 of {path} is {sha256[:200]!r}")
    return RemoteFile(path, size, sha256)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("a list is missing")
    return cast("list[Any]", value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    return value


def _unusable(path: Path, what: str) -> LibraryError:
    return LibraryError(
        f"{path} {what}.", hint="Delete it; the models beside it work without, unverified."
    )
