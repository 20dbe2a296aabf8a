# SPDX-License-Identifier: Apache-2.0
"""What moving a model means: which files go where, and how far that has come, on the disk."""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from ktdesk.errors import LibraryError
from ktdesk.library.shelf.seal import Seal
from ktdesk.settings import data_folder
from ktdesk.whole_file import whole_file

_VERSION = 1  # raised when what the file says changes its meaning
_MAX_BYTES = 16 << 20
COPYING, REMOVING = "copying", "removing"


def _this_process() -> tuple[int, float]:
    return os.getpid(), psutil.Process().create_time()


@dataclass(slots=True)
class MovedFile:
    """A file that is moved.

    old: its seal before. seal: that of the new one, once it is whole and was compared. sha256: of
    its bytes, or '' if that is not known.
    """

    source: Path
    target: Path
    old: Seal
    seal: Seal | None = None
    sha256: str = ""


@dataclass(slots=True)
class MovePlan:
    """A move, as its journal keeps it.

    title: what the model is called. folder: the model folder that it leaves. phase: COPYING while
    the old files are whole, REMOVING once the new ones are. stage: the folder in which copies lie
    until all are whole; on the target's disk. is_one_disk: whether that is the old files' disk,
    too; then they are renamed.
    lock_source, lock_target: the folders of lock files; None without one. worker: the process that
    moves, and when it was started.
    """

    id: str
    title: str
    folder: Path
    stage: Path
    is_one_disk: bool
    files: list[MovedFile]
    lock_source: Path | None = None
    lock_target: Path | None = None
    phase: str = COPYING
    worker: tuple[int, float] = field(default_factory=_this_process)

    @property
    def journal(self) -> Path:
        """The path of the journal."""
        return moves_folder() / f"{self.id}.json"

    @property
    def size_bytes(self) -> int:
        """Of all files."""
        return sum(file.old.size_bytes for file in self.files)

    @property
    def can_be_undone(self) -> bool:
        """Whether the old files are still whole, and where they were."""
        return self.phase == COPYING

    def staged(self, file: MovedFile) -> Path:
        """Return where a file's copy lies until all are whole."""
        return self.stage / str(self.files.index(file))

    def save(self) -> None:
        """Write the journal, in the name of this process. Raises LibraryError."""
        self.worker = _this_process()
        try:
            with whole_file(self.journal) as out:
                out.write(json.dumps(_as_json(self), indent=1).encode())
        except OSError as error:
            raise LibraryError(
                f"The journal of the move cannot be written: {error.strerror}.",
                hint=f"Free space on the disk of {self.journal.parent}.",
            ) from error

    def turn(self) -> None:
        """Say that the new files are whole. Raises LibraryError; then they are not yet."""
        self.phase = REMOVING
        try:
            self.save()
        except BaseException:
            self.phase = COPYING
            raise

    def close(self) -> None:
        """Remove the journal: the move has ended."""
        self.journal.unlink(missing_ok=True)


def moves_folder() -> Path:
    """Return the folder of the journals."""
    return data_folder() / "moves"


def new_id() -> str:
    """Return an id for a move."""
    return uuid.uuid4().hex[:12]


def unfinished_moves() -> list[MovePlan]:
    """Return the moves that were broken off, oldest first: no process works at them any more.

    Journals that cannot be used are none.
    """
    return [plan for plan in _read_plans() if not _is_running(*plan.worker)]


def _is_running(process: int, started: float) -> bool:
    try:
        return abs(psutil.Process(process).create_time() - started) < 1
    except psutil.Error:
        return False


def _read_plans() -> list[MovePlan]:
    plans: list[tuple[float, MovePlan]] = []
    for path in moves_folder().glob("*.json"):
        try:
            with path.open("rb") as file:
                plan = _plan(path.stem, json.loads(file.read(_MAX_BYTES)))
            plans.append((path.stat().st_mtime, plan))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
    return [plan for _, plan in sorted(plans, key=lambda each: each[0])]


def _as_json(plan: MovePlan) -> dict[str, Any]:
    return {
        "version": _VERSION,
        "title": plan.title,
        "folder": str(plan.folder),
        "stage": str(plan.stage),
        "is_one_disk": plan.is_one_disk,
        "phase": plan.phase,
        "worker": list(plan.worker),
        "locks": [str(plan.lock_source or ""), str(plan.lock_target or "")],
        "files": [
            {
                "source": str(file.source),
                "target": str(file.target),
                "old": file.old.as_json(),
                "seal": file.seal.as_json() if file.seal else None,
                "sha256": file.sha256,
            }
            for file in plan.files
        ],
    }


def _plan(name: str, content: Any) -> MovePlan:
    if content["version"] != _VERSION or content["phase"] not in (COPYING, REMOVING):
        raise ValueError(name)
    lock_source, lock_target = (Path(lock) if lock else None for lock in content["locks"])
    files = [
        MovedFile(
            Path(each["source"]),
            Path(each["target"]),
            Seal.from_json(each["old"]),
            Seal.from_json(each["seal"]) if each["seal"] else None,
            str(each["sha256"]),
        )
        for each in content["files"]
    ]
    process, started = content["worker"]
    return MovePlan(
        name,
        str(content["title"]),
        Path(content["folder"]),
        Path(content["stage"]),
        bool(content["is_one_disk"]),
        files,
        lock_source,
        lock_target,
        content["phase"],
        (int(process), float(started)),
    )
