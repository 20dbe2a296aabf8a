# SPDX-License-Identifier: Apache-2.0
"""A disk that is soon full: in memory, and mounted where that is allowed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk_at(folder: Path, size_bytes: int) -> Iterator[Path]:
    """Make a folder a disk of its own; skip the test where nobody may mount one."""
    folder.mkdir()
    if sys.platform != "linux":
        pytest.skip("only Linux can mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root may mount a small disk, where the system lets anybody")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)
