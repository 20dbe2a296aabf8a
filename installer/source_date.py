# SPDX-License-Identifier: Apache-2.0
"""When the sources are of: it stands for the time of a build, so that builds can be the same."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def made_at() -> int:
    """Return the time that stands for the build, in seconds since 1970: that of the last commit."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    return int(said) if said else int(time.time())
