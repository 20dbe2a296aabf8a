# SPDX-License-Identifier: Apache-2.0
"""A model that is moved, and what is below a folder."""

from __future__ import annotations

from pathlib import Path

from ktdesk.library.fetch.names import LOCK_NAME
from tests.unit.library.shelf.making import shards

FILES = {f"Q4/{name}": raw for name, raw in shards("big", 3).items()} | {"README.md": b"Hello"}
WHOLE = {f"owner/name/{name}": raw for name, raw in FILES.items()}


def content(folder: Path) -> dict[str, bytes]:
    """Everything below a folder but lock files, by path."""
    files = (
        path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(LOCK_NAME)
    )
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
