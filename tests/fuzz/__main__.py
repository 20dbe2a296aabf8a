# SPDX-License-Identifier: Apache-2.0
"""Damages model files for some minutes: `make fuzz MINUTES=5 SEED=7`.

A crash, a hang, unbounded memory, or any error but those for users ends it with code 1; the file
that did it is kept and named.
"""

from __future__ import annotations

import itertools
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Kinds of rounds and their cases, chosen to take about the same time, some ten seconds.
COUNTS = {"small_changed": 3000, "invented": 2000, "parts_changed": 300, "models_changed": 100}


def main(minutes: str, seed: str = "") -> int:
    """Run rounds of all kinds in turn until the time is over; return the exit code."""
    first = int(seed) if seed else secrets.randbelow(1 << 31)
    end = time.monotonic() + 60 * float(minutes)
    folder = Path(tempfile.mkdtemp(prefix="ktdesk-fuzz-"))
    for number, (kind, count) in zip(
        itertools.count(first), itertools.cycle(COUNTS.items()), strict=False
    ):
        _say(f"{kind}, seed {number}: {count} cases")
        command = [sys.executable, "-m", "tests.fuzz.rounds", kind, str(number), str(count), folder]
        if code := subprocess.run(command, check=False).returncode:
            _say(f"It ended with code {code}. What was tried last lies in {folder}.")
            return 1
        if time.monotonic() > end:
            break
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    _say("Nothing was found.")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
