# SPDX-License-Identifier: Apache-2.0
"""How a model on this machine is, and what may be done with it then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ktdesk.library.shelf.seal import Seal


class Condition(Enum):
    """How a model is.

    COMPLETE: every byte is as its source says or, where that says nothing, as it was when KTDesk
    first read it. UNVERIFIED: all of it is there and can be read, but its bytes were not compared,
    or not even read. MISSING: some of its files are not there. DAMAGED: some have other bytes than
    they should. UNREADABLE: it is all there, but is no model, or the system does not give it. GONE:
    none of its files is there.
    """

    COMPLETE = "complete"
    UNVERIFIED = "unverified"
    MISSING = "missing"
    DAMAGED = "damaged"
    UNREADABLE = "unreadable"
    GONE = "gone"

    @property
    def may_load(self) -> bool:
        """Whether a model in this condition is loaded; an unverified one is verified first."""
        return self in (Condition.COMPLETE, Condition.UNVERIFIED)


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One of the files that make a model, and what is known of it.

    seal: of the file as it is; None if it is not there. expected_bytes: as its lock says; None
    without one. sha256: of its bytes as they are, expected_sha256: as they should be, in
    hexadecimal digits; '' where that is not known. is_own: nobody else says what it should be.
    """

    path: Path
    seal: Seal | None
    expected_bytes: int | None = None
    sha256: str = ""
    expected_sha256: str = ""
    is_own: bool = False

    @property
    def size_bytes(self) -> int:
        """As it is; 0 if it is not there."""
        return self.seal.size_bytes if self.seal else 0

    @property
    def is_damaged(self) -> bool:
        """Whether it is there, but is not what it should be."""
        if self.seal is None:
            return False
        if self.expected_bytes not in (None, self.size_bytes):
            return True
        return bool(self.sha256 and self.expected_sha256) and self.sha256 != self.expected_sha256

    @property
    def is_verified(self) -> bool:
        """Whether its bytes were compared, and are right."""
        known = self.seal is not None and self.sha256 != ""
        return known and not self.is_damaged and self.sha256 == self.expected_sha256


@dataclass(frozen=True, slots=True)
class ModelState:
    """A model's condition, and why.

    missing, damaged: names of files. parts: how many files the model should have. reason: why it
    cannot be read, in a sentence; or ''.
    """

    condition: Condition
    parts: int
    missing: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    reason: str = ""


def decide(files: Sequence[ModelFile], reason: str = "") -> ModelState:
    """Say how a model is. reason: why it cannot be read, or ''.

    What is not there comes before what is wrong: both are fetched again, and then looked at again.
    """
    missing = tuple(file.path.name for file in files if file.seal is None)
    damaged = tuple(file.path.name for file in files if file.is_damaged)
    if len(missing) == len(files):
        condition = Condition.GONE
    elif missing:
        condition = Condition.MISSING
    elif damaged:
        condition = Condition.DAMAGED
    elif reason:
        condition = Condition.UNREADABLE
    elif all(file.is_verified for file in files):
        condition = Condition.COMPLETE
    else:
        condition = Condition.UNVERIFIED
    return ModelState(condition, len(files), missing, damaged, reason)
