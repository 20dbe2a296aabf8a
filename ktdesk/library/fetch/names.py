# SPDX-License-Identifier: Apache-2.0
"""Names of files from elsewhere: those that stay in their folder, on every system."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from ktdesk.errors import DownloadError

PART = ".part"  # what a file's name ends with until it is whole
LOCK_NAME = "model.lock.json"  # beside the files, from then on
JOURNAL = ".ktdesk-download"  # beside the files, while they are fetched
_LONGEST_PART_BYTES = 240  # of a name; systems allow 255, and ours add to it
_FORBIDDEN = frozenset('<>:"|?*\\')  # on Windows; folders of models are copied
_RESERVED = frozenset(("con", "prn", "aux", "nul", "conin$", "conout$")).union(
    f"{device}{number}" for device in ("com", "lpt") for number in "0123456789¹²³"
)


def check_names(paths: Iterable[str]) -> None:
    """Raise DownloadError unless all paths of a repository can be files of one folder.

    They must stay in it, mean the same on every system, and differ by more than case.
    """
    seen: dict[str, str] = {}
    for path in paths:
        if problem := problem_with(path):
            raise _refused(path, problem)
        key = key_on_disk(path)
        if key in seen:
            raise _refused(path, f"{seen[key]!r} is the same name on some systems")
        seen[key] = path
    for key, path in seen.items():
        for folder in PurePosixPath(key).parents:
            if str(folder) in seen:
                raise _refused(path, f"{seen[str(folder)]!r} is a file and a folder")
        if key.endswith(PART) and key.removesuffix(PART) in seen:
            raise _refused(path, "files have this name until they are whole")


def place(folder: Path, path: str) -> Path:
    """Return where a file of a repository goes in a folder. Raises DownloadError as above.

    Links within the folder must not lead out of it.
    """
    check_names((path,))
    target = folder.joinpath(*path.split("/"))
    if not target.parent.resolve().is_relative_to(folder.resolve()):
        raise _refused(path, "a link in the folder leads elsewhere")
    return target


def problem_with(path: str) -> str:
    """Say why a path of a repository can be no file's of a folder; '' if it can."""
    parts = path.split("/")
    if not path or path.startswith("/"):
        return "it does not begin in the folder"
    if any(part in ("", ".", "..") for part in parts):
        return "it does not stay in the folder"
    if any(ord(letter) < 32 or ord(letter) == 127 or letter in _FORBIDDEN for letter in path):
        return "it has letters that no file has on some systems"
    try:
        sizes = [len(part.encode()) for part in parts]
    except UnicodeEncodeError:
        return "it is no text"
    if max(sizes) > _LONGEST_PART_BYTES:
        return "it is too long"
    if any(part[-1] in " ." or part[0] == " " for part in parts):
        return "some systems cut its end"
    if any(part.partition(".")[0].rstrip(" ").lower() in _RESERVED for part in parts):
        return "it is a device on some systems"
    if parts[0].lower().startswith((JOURNAL, LOCK_NAME)):
        return "KTDesk's own files have this name"
    return ""


def key_on_disk(path: str) -> str:
    """Return what paths have in common that are one file's on some systems."""
    return unicodedata.normalize("NFKC", path).casefold()


def _refused(path: str, problem: str) -> DownloadError:
    return DownloadError(
        f"The source names a file {path!r}, which is refused: {problem}.",
        hint="Choose another source; this one may be wrong, or worse.",
    )
