# SPDX-License-Identifier: Apache-2.0
"""Downloads beside curl's: `python -m tests.bench.downloads [--gb 40] [--runs 3] [--folder DIR]`.

A sparse file from a server on this machine, in turn by curl and by KTDesk. curl ends when its bytes
are with the system, KTDesk when they are on the disk for good; so curl is also timed with a `sync`
of its file. Verifying, which curl does not do, is timed apart.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from ktdesk.errors import format_bytes
from tests.bench import machine

_GOAL = "goal: 80 % of curl or more, with less than 200 MB"


def _ours(url: str, size: int, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.download_side", url, str(size), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        watched, peak = psutil.Process(running.pid), 0
        while running.poll() is None:
            try:
                peak = max(peak, watched.memory_info().rss)
            except psutil.Error:
                break
            time.sleep(0.05)
        assert running.stdout
        found = json.loads(running.stdout.read())
    return {**found, "peak_mb": peak / 1e6}


def _curl(url: str, folder: Path) -> dict[str, float]:
    target = folder / "curl"
    began = time.perf_counter()
    subprocess.run(["curl", "-sS", "-o", target, url], check=True)
    done = time.perf_counter() - began
    with target.open("rb+") as file:
        os.fsync(file.fileno())
    return {"fetched_s": done, "synced_s": time.perf_counter() - began}


@contextmanager
def _server(size: int, folder: Path) -> Iterator[str]:
    source = folder / "source"
    with source.open("wb") as file:
        file.truncate(size)
    command = [sys.executable, "-m", "tests.faulty_server", source]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as running:
        assert running.stdout
        yield running.stdout.readline().strip()
        running.communicate("")


def _line(name: str, size: int, seconds: Sequence[float]) -> str:
    speeds = [size / one / 1e6 for one in seconds]
    return (
        f"{name:34}{statistics.median(speeds):8.0f} MB/s"
        f"   ({min(speeds):.0f} to {max(speeds):.0f}, {len(speeds)} runs)"
    )


def main(arguments: Sequence[str]) -> Iterator[str]:
    """Measure; yield lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gb", type=float, default=40, help="size of the file (40)")
    parser.add_argument("--runs", type=int, default=3, help="runs of each side (3)")
    parser.add_argument("--folder", type=Path, help="where files go (the temporary folder)")
    options = parser.parse_args(arguments)
    size = int(options.gb * 1e9)
    about = machine.describe(0)
    for what in ("program", "machine", "load"):
        yield about[what]
    curls: list[dict[str, float]] = []
    ours: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(dir=options.folder) as name, _server(size, Path(name)) as url:
        for run in range(options.runs):
            target = Path(name) / f"run{run}"
            target.mkdir()
            curls.append(_curl(url, target))
            shutil.rmtree(target)
            ours.append(_ours(url, size, target))
            shutil.rmtree(target)
    yield f"{format_bytes(size)} from a server on this machine, sides in turn"
    yield _line("curl", size, [one["fetched_s"] for one in curls])
    yield _line("curl, on the disk", size, [one["synced_s"] for one in curls])
    yield _line("KTDesk, on the disk", size, [one["fetched_s"] for one in ours])
    yield _line("KTDesk, verified", size, [one["verified_s"] for one in ours])
    for name, key in (("curl", "fetched_s"), ("curl, on the disk", "synced_s")):
        ratios = [c[key] / o["fetched_s"] for c, o in zip(curls, ours, strict=True)]
        share = statistics.median(ratios)
        yield f"share of {name}: {share:.0%} ({min(ratios):.0%} to {max(ratios):.0%})"
    yield f"KTDesk's peak memory: {max(one['peak_mb'] for one in ours):.0f} MB; {_GOAL}"
    yield machine.load_line()


if __name__ == "__main__":
    for text in main(sys.argv[1:]):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
