# SPDX-License-Identifier: Apache-2.0
"""The kernels' tests under NVIDIA's compute-sanitizer, whose four tools see what no result shows.

They make kernels many times slower, so each test runs with its first parameters only, which are
its smallest.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOOLS = ("memcheck", "racecheck", "initcheck", "synccheck")
_PER_TEST = 2  # first parameters
_FOUND = 86  # the exit code if a tool has something to report
# Anywhere in a line, which may begin with the tests' dots.
_REPORT = re.compile(
    r"=========\s+(?!COMPUTE|Target|RACECHECK SUMMARY: 0|ERROR SUMMARY: 0|Saved|Host Frame)(\S.*)"
)
# Calls that fail are the tests' own doing: every call's result is looked at by who calls.
_OPTIONS = {"memcheck": ["--report-api-errors", "no"]}


@dataclass(frozen=True, slots=True)
class SanitizerRow:
    """What a tool said of the tests. problem: empty for nothing. ended: it came to their end."""

    tool: str
    tests: int
    seconds: float
    ended: bool
    problem: str


def find_sanitizer() -> str | None:
    """Return the program, or None if this machine has none."""
    home = os.environ.get("CUDA_HOME", "/usr/local/cuda")
    return shutil.which("compute-sanitizer", path=f"{os.environ['PATH']}:{home}/bin")


def sanitizer_rows(program: str, limit_s: float) -> Iterator[SanitizerRow]:
    """Yield a row per tool, each of which gets so many seconds."""
    tests = _smallest_tests()
    for tool in TOOLS:
        command = [program, "--tool", tool, *_OPTIONS.get(tool, [])]
        command += ["--error-exitcode", str(_FOUND)]
        command += ["--target-processes", "all", *_pytest("-x", *tests)]
        began = time.monotonic()
        code, text = _run(command, limit_s)
        problem = "" if code in (0, None) else _reason(text)
        yield SanitizerRow(tool, len(tests), time.monotonic() - began, code is not None, problem)


def _pytest(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", "--gpu", "-p", "no:cacheprovider", *arguments]


def _smallest_tests() -> list[str]:
    """Return the ids of the kernels' tests, each with its first parameters."""
    listed = subprocess.run(
        _pytest("--collect-only", "-k", "gpu", "tests/kernels"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    by_function: dict[str, list[str]] = {}
    for line in listed.stdout.splitlines():
        if "::" in line:
            by_function.setdefault(line.partition("[")[0], []).append(line)
    return [test for tests in by_function.values() for test in tests[:_PER_TEST]]


def _run(command: list[str], limit_s: float) -> tuple[int | None, str]:
    """Return a command's exit code, None if it did not end in time, and what it wrote."""
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        text = error.stdout or b""
        return None, text.decode(errors="replace") if isinstance(text, bytes) else text
    return done.returncode, done.stdout


def _reason(text: str) -> str:
    """Return the first lines of a tool's reports, or the tests' last words."""
    reports = [found[1] for line in text.splitlines() if (found := _REPORT.search(line))]
    return "\n".join(reports[:12] or text.splitlines()[-5:])
