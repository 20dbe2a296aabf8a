# SPDX-License-Identifier: Apache-2.0
"""Moves models to other folders, so that at every moment one whole copy is kept.

First all files come into a hidden folder on the target's disk, where each copy is compared with the
old file. Only then they get their places, and the old ones go. A journal says how far that is.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ktdesk.errors import KTDeskError, LibraryError, format_bytes
from ktdesk.library.shelf.belongings import belongings
from ktdesk.library.shelf.copying import sync_folder, take
from ktdesk.library.shelf.facts import OWN, SHA256, FileFacts
from ktdesk.library.shelf.lock_file import ModelLock, forget_files, read_locks, write_lock
from ktdesk.library.shelf.model import LocalModel, Owner
from ktdesk.library.shelf.move_plan import MovedFile, MovePlan, new_id
from ktdesk.library.shelf.seal import Seal
from ktdesk.library.shelf.state import Condition

log = logging.getLogger(__name__)

Report = Callable[[int, int], None]


def _ignore(done: int, size: int) -> None:
    del done, size


def plan_move(model: LocalModel, folder: Path) -> MovePlan:
    """Say what moving a model to another model folder means. Raises LibraryError if it cannot be.

    Files keep their places below the folder.
    """
    _check(model, folder)
    known = {file.path: file.sha256 for file in model.files}
    files = [
        MovedFile(path, folder / _below(path, model), Seal.of(path), sha256=known.get(path, ""))
        for path in belongings(model)
    ]
    for file in files:
        if file.source.is_symlink():
            raise LibraryError(
                f"{file.source} is a link to another file.", hint="Move that file, or copy it."
            )
        if file.target.exists() or file.target.is_symlink():
            raise LibraryError(
                f"There is already a file {file.target}.",
                hint="Rename it, or choose another folder.",
            )
    lock_target = folder / _below(model.lock_folder, model) if model.lock_folder else None
    move = new_id()
    stage = folder / f".moving-{move}"
    return MovePlan(
        move,
        model.name,
        model.folder,
        stage,
        _is_one_disk(model, folder),
        files,
        model.lock_folder,
        lock_target,
    )


def move(
    plan: MovePlan,
    facts: FileFacts,
    progress: Report = _ignore,
    stop: threading.Event | None = None,
) -> None:
    """Move, or go on with a move that was broken off.

    progress: gets bytes that were copied or compared, and all of them. Raises LibraryError and
    Cancelled: then all is as it was, or, once the old files have begun to go, the move is among the
    unfinished ones.
    """
    stop = stop or threading.Event()
    if plan.can_be_undone:
        try:
            _bring(plan, progress, stop)
        except BaseException as error:
            undo(plan)
            if isinstance(error, OSError):
                raise _said(plan, error) from error
            raise
    try:
        _exchange(plan, facts)
    except OSError as error:
        raise _said(plan, error) from error


def undo(plan: MovePlan) -> None:
    """Put all back as it was before a move that was broken off.

    Raises LibraryError if the old files have begun to go: then it can only be finished; and while
    one of the disks is not there.
    """
    if not plan.can_be_undone:
        raise LibraryError(
            f"{plan.title} has been moved; only old files are left.", hint="Finish the move."
        )
    away = [file.source for file in plan.files if not file.source.exists()]
    if not plan.stage.parent.is_dir() or (away and not plan.is_one_disk):
        raise LibraryError(
            f"{plan.title} cannot be put back: a disk is not there, or a file of it.",
            hint=f"Connect the disks of {plan.folder} and {plan.stage.parent}.",
        )
    try:
        for file in plan.files:
            if _was_renamed(plan, file):
                file.source.parent.mkdir(parents=True, exist_ok=True)
                plan.staged(file).rename(file.source)
        if plan.stage.exists():
            shutil.rmtree(plan.stage)
    except OSError as error:
        raise _said(plan, error) from error
    plan.close()


def _bring(plan: MovePlan, progress: Report, stop: threading.Event) -> None:
    """Bring all files into the stage. Raises OSError, LibraryError, Cancelled."""
    plan.save()
    plan.stage.mkdir(parents=True, exist_ok=True)
    all_bytes, done = 2 * plan.size_bytes, 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        progress(done, all_bytes)

    for file in plan.files:
        staged = plan.staged(file)
        if _was_renamed(plan, file) or (staged.exists() and Seal.of(staged) == file.seal):
            count(2 * file.old.size_bytes)
        else:
            file.sha256 = take(file.source, staged, count, stop) or file.sha256
        file.seal = Seal.of(staged)
        plan.save()
    sync_folder(plan.stage)
    plan.turn()


def _exchange(plan: MovePlan, facts: FileFacts) -> None:
    """Put the new files in their places, then remove the old ones. Raises OSError, LibraryError."""
    for file in plan.files:
        staged = plan.staged(file)
        if staged.exists():
            if file.target.exists():
                raise FileExistsError(errno.EEXIST, f"there is already a file {file.target}")
            file.target.parent.mkdir(parents=True, exist_ok=True)
            staged.rename(file.target)
            sync_folder(file.target.parent)
        if file.sha256 and file.seal:
            facts.keep(file.target, SHA256, [file.seal], file.sha256)
        if file.seal and (own := facts.get(file.source, OWN, [file.old])):
            facts.keep(file.target, OWN, [file.seal], own)
    _move_lock(plan)
    for file in plan.files:
        if file.source.exists():
            if file.seal == Seal.of(file.target):
                file.source.unlink()
            else:
                log.warning(
                    "%s stays: %s has changed since it was copied", file.source, file.target
                )
    _forget(plan)
    _remove_empty_folders(plan)
    plan.close()


def _move_lock(plan: MovePlan) -> None:
    """Say at the new place what the lock says at the old one, where that can be read."""
    if plan.lock_source is None or plan.lock_target is None:
        return
    moved = {file.source: file for file in plan.files}
    for lock in _locks(plan.lock_source):
        ours = [
            (file, moved[path])
            for file in lock.files
            if (path := plan.lock_source / file.path) in moved
        ]
        files = tuple(
            replace(file, path=new.target.relative_to(plan.lock_target).as_posix())
            for file, new in ours
        )
        seals = tuple(
            (file.path, new.seal)
            for file, (_, new) in zip(files, ours, strict=True)
            if new.seal and file.sha256 and new.sha256 == file.sha256
        )
        if files:
            write_lock(plan.lock_target, replace(lock, files=files, seals=seals))


def _forget(plan: MovePlan) -> None:
    """Take the files out of the lock at the old place."""
    folder = plan.lock_source
    if folder and _locks(folder):
        sources = (file.source for file in plan.files if file.source.is_relative_to(folder))
        forget_files(folder, [path.relative_to(folder).as_posix() for path in sources])


def _locks(folder: Path) -> tuple[ModelLock, ...]:
    try:
        return read_locks(folder)
    except LibraryError:  # it has become damaged: the model is worth more than what it said
        return ()


def _was_renamed(plan: MovePlan, file: MovedFile) -> bool:
    """Return whether a file lies in the stage itself, not a copy of it."""
    staged = plan.staged(file)
    if not plan.is_one_disk or file.source.exists() or not staged.exists():
        return False
    return staged.stat().st_size == file.old.size_bytes


def _remove_empty_folders(plan: MovePlan) -> None:
    """Remove the stage, and the folders of the old files as far as nothing is left in them."""
    if plan.stage.exists():
        shutil.rmtree(plan.stage)
    for file in plan.files:
        for folder in file.source.parents:
            if folder == plan.folder or not folder.is_relative_to(plan.folder):
                break
            with contextlib.suppress(OSError):  # not empty
                folder.rmdir()


def _check(model: LocalModel, folder: Path) -> None:
    """Raise LibraryError if a model cannot be moved to a folder."""
    if model.owner is not Owner.KTDESK:
        raise LibraryError(
            f"{model.name} is a model of {model.owner.value}, which would not find it any more.",
            hint="Copy its files, or move it with that program.",
        )
    if model.condition is Condition.GONE:
        model.check_loadable()
    if not folder.is_dir():
        raise LibraryError(f"There is no folder {folder}.", hint="Connect its disk, or make it.")
    if folder.resolve() == model.folder.resolve():
        raise LibraryError(f"{model.name} is in {folder} already.")
    needed, free = _needed_bytes(model, folder), shutil.disk_usage(folder).free
    if needed > free:
        raise LibraryError(
            f"{model.name} takes {format_bytes(needed)}, but {folder} has only "
            f"{format_bytes(free)} free.",
            hint="Choose another folder, or free space on that disk.",
        )


def _is_one_disk(model: LocalModel, folder: Path) -> bool:
    return model.path.stat().st_dev == folder.stat().st_dev


def _needed_bytes(model: LocalModel, folder: Path) -> int:
    """Return what a move takes on the target's disk: nothing, if it is the same one."""
    if _is_one_disk(model, folder):
        return 0
    return sum(path.stat().st_size for path in belongings(model))


def _below(path: Path, model: LocalModel) -> Path:
    """Return where a path is below the model's folder; its name, if it is elsewhere."""
    if path.is_relative_to(model.folder):
        return path.relative_to(model.folder)
    return Path(path.name) if path != model.lock_folder else Path()


def _said(plan: MovePlan, error: OSError) -> KTDeskError:
    """Return what to tell of a move that the system did not let go on."""
    log.info("move %s: %s", plan.id, error)
    what = "the disk is full" if error.errno == errno.ENOSPC else str(error.strerror or error)
    if not plan.can_be_undone:
        return LibraryError(
            f"{plan.title} has been copied, but the move could not be ended: {what}.",
            hint="Finish the move when that is put right.",
        )
    return LibraryError(
        f"{plan.title} could not be moved: {what}. It is where it was.",
        hint="Choose another folder, or free space on that disk.",
    )
