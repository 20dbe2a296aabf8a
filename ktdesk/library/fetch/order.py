# SPDX-License-Identifier: Apache-2.0
"""What is to be fetched, from where, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Protocol

from ktdesk.library.hub.listing import RemoteFile


@dataclass(frozen=True, slots=True)
class Order:
    """Files of one repository at one revision, and the folder that they go to.

    A file's place in the folder is its path in the repository. source, repository, revision: those
    of its listing. title: what people call it.
    """

    id: str
    title: str
    source: str
    repository: str
    revision: str
    files: tuple[RemoteFile, ...]
    folder: Path

    @property
    def size_bytes(self) -> int:
        """Of all files."""
        return sum(file.size_bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a file can be had at the moment. headers: for the host of the url alone."""

    url: str
    headers: dict[str, str] = field(default_factory=dict[str, str], repr=False)  # tokens


class Origin(Protocol):
    """A source that has the files of an order.

    id: of the source. address: raises DownloadError if it cannot be told; asked again when an
    address has expired.
    """

    id: str

    def address(self, file: RemoteFile) -> Address:
        """Return where a file can be had now."""
        ...


class FileState(Enum):
    """How far a file is."""

    WAITING = "waiting"
    FETCHING = "fetching"
    VERIFYING = "verifying"
    REPAIRING = "repairing"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class FileProgress:
    """One file of an order. done_bytes: on the disk for good."""

    file: RemoteFile
    state: FileState
    done_bytes: int


@dataclass(frozen=True, slots=True)
class Progress:
    """An order on its way. bytes_per_s: lately. note: what it waits for, such as a host; or ''."""

    files: tuple[FileProgress, ...]
    bytes_per_s: float
    note: str = ""

    @property
    def done_bytes(self) -> int:
        """Of all files, on the disk for good."""
        return sum(file.done_bytes for file in self.files)

    @property
    def size_bytes(self) -> int:
        """Of all files."""
        return sum(file.file.size_bytes for file in self.files)
