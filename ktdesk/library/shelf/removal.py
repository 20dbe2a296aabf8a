# SPDX-License-Identifier: Apache-2.0
"""Deletes models: into the system's recycle bin, or for good if that is asked for."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from ktdesk.errors import LibraryError
from ktdesk.library.shelf.belongings import belongings
from ktdesk.library.shelf.facts import FileFacts
from ktdesk.library.shelf.lock_file import forget_files, read_locks
from ktdesk.library.shelf.model import LocalModel, Owner

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Removal:
    """What deleting a model would do.

    files: what would go, nothing else does. freed_bytes: what their disk would have more, once the
    bin is emptied; less than the model's size if files have other names elsewhere, too.
    """

    model: LocalModel
    files: tuple[Path, ...]
    freed_bytes: int


def plan_removal(model: LocalModel) -> Removal:
    """Say what deleting a model would do. Nothing is deleted."""
    files = belongings(model)
    return Removal(model, files, sum(map(_freed_bytes, files)))


def remove(
    removal: Removal, facts: FileFacts, *, for_good: bool = False, of_others: bool = False
) -> None:
    """Put a model's files into the recycle bin.

    for_good: delete them without one. of_others: also if they are another program's, which then has
    lost its model. Raises LibraryError; what went before stays gone, the rest is as it was.
    """
    owner = removal.model.owner
    if owner is not Owner.KTDESK and not of_others:
        raise LibraryError(
            f"{removal.model.name} is a model of {owner.value}: it would be lost there, too.",
            hint=f"Delete it in {owner.value}, or say that this is what you want.",
        )
    gone: list[Path] = []
    try:
        for path in removal.files:
            _remove_one(path, for_good=for_good)
            gone.append(path)
    finally:
        facts.forget(gone)
        _forget(removal.model, gone)


def _remove_one(path: Path, *, for_good: bool) -> None:
    try:
        if for_good:
            path.unlink(missing_ok=True)
        elif path.exists() or path.is_symlink():
            _to_bin(path)
    except OSError as error:
        reason = error.strerror or str(error)
        if for_good:
            raise LibraryError(
                f"{path} cannot be deleted: {reason}.",
                hint="Close the programs that use it, and check its permissions.",
            ) from error
        raise LibraryError(
            f"{path} cannot be put into the recycle bin: {reason}.",
            hint="Its disk may have no bin. Delete the model for good, if you want that.",
        ) from error


def _to_bin(path: Path) -> None:
    from send2trash import send2trash  # asks for the system's libraries

    if path.is_symlink() and not path.exists():  # the bin takes no links to what is gone
        path.unlink()
    else:
        send2trash(path)


def _forget(model: LocalModel, gone: list[Path]) -> None:
    """Take what is gone out of the lock; with the last of its files the lock goes."""
    folder = model.lock_folder
    if folder is None or not gone:
        return
    try:
        names = [
            file.path
            for lock in read_locks(folder)
            for file in lock.files
            if folder / file.path in gone
        ]
        forget_files(folder, names)
    except LibraryError as error:
        log.warning("%s", error)


def _freed_bytes(path: Path) -> int:
    try:
        status = path.lstat()
    except OSError:
        return 0
    return status.st_size if status.st_nlink == 1 and not path.is_symlink() else 0
