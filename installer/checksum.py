# SPDX-License-Identifier: Apache-2.0
"""Checksums, which are handed out beside each file."""

from __future__ import annotations

import hashlib
from pathlib import Path


def digest_of(file: Path) -> str:
    """Return a file's SHA-256, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_checksum(artefact: Path) -> Path:
    """Write an artefact's checksum beside it, as `sha256sum --check` reads it; return its path."""
    path = artefact.with_name(artefact.name + ".sha256")
    path.write_text(f"{digest_of(artefact)}  {artefact.name}\n", encoding="ascii", newline="\n")
    return path


def has_checksum(artefact: Path) -> bool:
    """Whether the checksum beside a file is its own."""
    path = artefact.with_name(artefact.name + ".sha256")
    expected = [digest_of(artefact), artefact.name]
    return path.is_file() and path.read_text(encoding="ascii").split() == expected
