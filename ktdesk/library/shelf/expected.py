# SPDX-License-Identifier: Apache-2.0
"""What files should be: as lock files say, or as other programs note it in names."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from pathlib import Path

from ktdesk.errors import LibraryError
from ktdesk.library.shelf.lock_file import ModelLock, read_locks
from ktdesk.library.shelf.seal import Seal

log = logging.getLogger(__name__)

_DEEPEST = 8  # folders between a lock file and a file that it names
_BLOB = re.compile(r"(?:sha256[-:])?([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Expected:
    """What a file should be. size_bytes: None, sha256: '' where that is not known.

    seal: of the file when its bytes were compared with sha256, as the lock says. lock, folder: the
    lock that says all this, and where it lies.
    """

    size_bytes: int | None = None
    sha256: str = ""
    seal: Seal | None = None
    lock: ModelLock | None = None
    folder: Path | None = None


def by_locks(folder: Path) -> dict[Path, Expected]:
    """Return what the lock file in a folder says of files. Of one that cannot be used, nothing."""
    try:
        locks = read_locks(folder)
    except LibraryError as error:
        log.warning("%s %s", error, error.hint)
        return {}
    expected: dict[Path, Expected] = {}
    for lock in locks:
        seals = dict(lock.seals)
        for file in lock.files:
            expected[folder / file.path] = Expected(
                file.size_bytes, file.sha256, seals.get(file.path), lock, folder
            )
    return expected


def by_locks_above(path: Path) -> dict[Path, Expected]:
    """Return what the lock files in the folders above a file say."""
    expected: dict[Path, Expected] = {}
    for folder in path.absolute().parents[:_DEEPEST]:
        expected = by_locks(folder) | expected
    return expected


def by_name(path: Path) -> Expected:
    """Return what a name says: Ollama and the Hugging Face cache name files by their hash."""
    try:
        target = path.readlink() if path.is_symlink() else path
    except OSError:
        return Expected()
    match = _BLOB.fullmatch(target.name)
    return Expected(sha256=match[1]) if match and target.parent.name == "blobs" else Expected()
