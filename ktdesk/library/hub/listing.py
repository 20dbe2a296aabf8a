# SPDX-License-Identifier: Apache-2.0
"""What a source says of a repository: its files at one revision, with sizes and hashes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository.

    path: within the repository, with '/' between its parts; never leaves it. sha256: in lower-case
    hexadecimal digits, or '' if the source does not tell.
    """

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A repository at one revision.

    source: the id of where it is. repository: 'owner/name', or a path. revision: what pins it, such
    as a commit. licence: as the source names it, or ''. is_gated: a token of someone who accepted
    its terms is needed.
    """

    source: str
    repository: str
    revision: str
    licence: str
    is_gated: bool
    files: tuple[RemoteFile, ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """One quantisation of a model in a repository: one file, or all its shards in order.

    label: 'Q4_K_M'; the name of the file where it says none. missing: the numbers of shards that
    the repository lacks, from 1 on.
    """

    label: str
    files: tuple[RemoteFile, ...]
    missing: tuple[int, ...] = ()

    @property
    def size_bytes(self) -> int:
        """Of all shards together."""
        return sum(file.size_bytes for file in self.files)
