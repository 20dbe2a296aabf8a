# SPDX-License-Identifier: Apache-2.0
"""How long a program takes from its start to the first picture of its window.

python -m installer.start_time RUNS COMMAND..., for instance 11 dist/KTDesk/ktdesk-app. The time
runs from the making of the process to its note in the log that the window was painted.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil

LOOK_S = 0.002
LIMIT_S = 120
PAINTED = "the window was painted"
LATER = '[interface]\nwizard_done = true\nlast_model = "none.gguf"\n'


class Start(NamedTuple):
    """What a start took, to the first picture: time, and work of the processor."""

    seconds: float
    cpu_seconds: float


def main(runs: str, *command: str) -> int:
    """Print median and spread of the first start of all, and of a later one."""
    for name, settings in (("first start", ""), ("later starts", LATER)):
        starts = [one_start(command, settings) for _ in range(int(runs))]
        load = psutil.getloadavg()[0]
        print(
            f"{name}: {spread(start.seconds for start in starts)}, of the processor's time "
            f"{spread(start.cpu_seconds for start in starts)}; {runs} runs, "
            f"load {load:.1f} on {os.cpu_count()} cores",
            flush=True,
        )
    return 0


def spread(numbers: Iterable[float]) -> str:
    """Return median, lowest and highest."""
    ordered = sorted(numbers)
    return f"{statistics.median(ordered):.2f} s ({ordered[0]:.2f} to {ordered[-1]:.2f})"


def one_start(command: Sequence[str], settings: str) -> Start:
    """Start the program with a home of its own, and end it when it has painted."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        Path(home, "settings.toml").write_text(settings, encoding="utf-8")
        environment = os.environ | {"KTDESK_HOME": home}
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        began = time.monotonic()
        program = psutil.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            while not has_painted(Path(home, "logs")):
                if program.poll() is not None or time.monotonic() - began > LIMIT_S:
                    raise SystemExit(f"{command[0]} has painted no window.")
                time.sleep(LOOK_S)
            used = program.cpu_times()
            return Start(time.monotonic() - began, used.user + used.system)
        finally:
            program.terminate()
            program.wait()


def has_painted(logs: Path) -> bool:
    """Whether a log says that the window was painted."""
    return any(PAINTED in log.read_text(encoding="utf-8") for log in logs.glob("*.log"))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
