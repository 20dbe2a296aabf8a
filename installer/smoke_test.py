# SPDX-License-Identifier: Apache-2.0
"""Tries a frozen KTDesk: both programs answer with the demo model, and paint a window.

python -m installer.smoke_test FOLDER. Its files are made in a folder of their own, and removed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ENDS_WITHIN_S = 900  # also on a machine that does much else
SUFFIX = ".exe" if sys.platform == "win32" else ""
GPU_MODULE = "_internal/ktdesk/_cuda.*"  # where a frozen program has it, if it was built
WORKS = "GPU module  for "  # what is said of one that can be imported, with or without a driver
WORDS = ("KTDesk", "Python", "kernels", "GPU module", "answer", "Qt", "window")  # that are said


def main(folder: str) -> int:
    """Run the test of the terminal's program, which runs that of the window's."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        command = [Path(folder) / f"ktdesk{SUFFIX}", "--smoke-test"]
        done = subprocess.run(
            command,
            env=os.environ | {"KTDESK_HOME": home},
            stdout=subprocess.PIPE,
            encoding="utf-8",
            timeout=ENDS_WITHIN_S,
            check=False,
        )
    print(done.stdout, end="")
    silent = [word for word in WORDS if f"\n{word} " not in f"\n{done.stdout}"]
    if done.returncode or silent:
        print(f"ended with code {done.returncode}; nothing was said of: {silent}", file=sys.stderr)
        return 1
    if has_gpu_module(Path(folder)) and f"\n{WORKS}" not in done.stdout:
        print("the module for GPUs is there and cannot be imported", file=sys.stderr)
        return 1
    return 0


def has_gpu_module(folder: Path) -> bool:
    """Whether a frozen program has the module for GPUs."""
    return any(folder.glob(GPU_MODULE))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
