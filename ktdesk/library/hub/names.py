# SPDX-License-Identifier: Apache-2.0
"""What sources say of files, checked: names, which must stay in their folder; sizes; hashes."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

from ktdesk.errors import DownloadError
from ktdesk.library.fetch.names import key_on_disk, problem_with
from ktdesk.library.hub.listing import RemoteFile

log = logging.getLogger(__name__)

_MOST_BYTES = 1 << 45  # of a file; more is nonsense
_MOST_PATH_BYTES = 900  # what file systems take, with some to spare for the folder
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REPOSITORY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,95}(/[A-Za-z0-9_][A-Za-z0-9_.-]{0,95})?")
_REVISION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}")


def is_safe_path(path: str) -> bool:
    """Whether a path of a repository stays in its folder, and looks like what it is."""
    if problem_with(path) or len(path.encode()) > _MOST_PATH_BYTES:
        return False
    # Marks that turn the direction of writing, and others that nobody sees.
    return not any(unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp") for char in path)


def is_repository(name: str) -> bool:
    """Whether a text can be the name of a repository: 'owner/name', or an old one without owner."""
    return _REPOSITORY.fullmatch(name) is not None and ".." not in name


def is_revision(name: str) -> bool:
    """Whether a text can name a revision: a branch, a tag or a commit."""
    return _REVISION.fullmatch(name) is not None and ".." not in name


def checked_size(value: object, path: str) -> int:
    """Return a size that a source gave. Raises DownloadError if it cannot be one."""
    if type(value) is not int or not 0 <= value <= _MOST_BYTES:
        raise DownloadError(
            f"The source gives no size of {path} that can be true.",
            hint="Try again later, or choose another source.",
        )
    return value


def checked_sha256(value: object, path: str) -> str:
    """Return a hash that a source gave, '' for none. Raises DownloadError if it cannot be one."""
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or not _SHA256.fullmatch(value.lower()):
        raise DownloadError(
            f"The source gives no checksum of {path} that can be true.",
            hint="Try again later, or choose another source.",
        )
    return value.lower()


def checked_files(files: Iterable[RemoteFile]) -> tuple[RemoteFile, ...]:
    """Return the files that can lie in one folder together, by path.

    Those are left out whose names are not safe, or are others' on a system that ignores case.
    """
    kept: dict[str, RemoteFile] = {}
    folders: set[str] = set()
    for file in sorted(files, key=lambda file: file.path):
        key = key_on_disk(file.path)
        parents = {str(parent) for parent in PurePosixPath(key).parents} - {"."}
        if not is_safe_path(file.path) or key in kept or key in folders or parents & kept.keys():
            log.info("Left out a file whose name is not safe: %r", file.path[:200])
            continue
        kept[key] = file
        folders |= parents
    return tuple(kept.values())
