# SPDX-License-Identifier: Apache-2.0
"""Running and building other programs, so that whatever goes wrong is one line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import platformdirs

from ktdesk.errors import KTDeskError
from ktdesk.hardware.processor import logical_cores

Say = Callable[[str], None]  # shows a line

ROOT = Path(__file__).parents[2]
_LAST_LINES = 3  # of what a failed program said


class BenchError(KTDeskError):
    """A part of the benchmark cannot be done; the other parts go on."""


def cache_folder() -> Path:
    """Return the folder of what can be built again: under KTDESK_HOME, or the system's place."""
    home = os.environ.get("KTDESK_HOME")
    if home:
        return Path(home).expanduser().absolute() / "cache"
    return platformdirs.user_cache_path("ktdesk", appauthor=False)


def run(
    command: Sequence[object],
    *,
    timeout_s: float,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run a program and return what it wrote. Raises BenchError if it fails or takes too long.

    environment: what it finds in its own beside what is in ours.
    """
    words = [str(word) for word in command]
    name = Path(words[0]).name
    ours = os.environ | {"PATH": _path()} | dict(environment or {})
    try:
        done = subprocess.run(
            words, capture_output=True, timeout=timeout_s, cwd=folder, env=ours, check=False
        )
    except OSError as error:
        raise BenchError(f"{name} does not start: {error.strerror}.") from error
    except subprocess.TimeoutExpired:
        raise BenchError(f"{name} was ended after {timeout_s:.0f} s.") from None
    if done.returncode:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip().splitlines()
        how = f"crashed (signal {-done.returncode})" if done.returncode < 0 else "failed"
        raise BenchError(f"{name} {how}: {' | '.join(said[-_LAST_LINES:]) or 'it said nothing'}")
    return done.stdout.decode("utf-8", "replace")


def run_own(module: str, *arguments: object, environment: Mapping[str, str] | None = None) -> str:
    """Run a module of this package in a process of its own; return what it wrote."""
    command = [sys.executable, "-m", f"tests.bench.{module}", *arguments]
    return run(command, timeout_s=3600, folder=ROOT, environment=environment)


def build(sources: Path, folder: Path, target: str, *options: str) -> None:
    """Build one target of a CMake project in a folder. Raises BenchError if that is not possible.

    The folder appears only when the build has succeeded.
    """
    if not (shutil.which("cmake", path=_path()) and shutil.which("ninja", path=_path())):
        raise BenchError("CMake and Ninja are missing.", hint="Run `python3 make.py setup`.")
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        configure = ["cmake", "-G", "Ninja", "-S", sources, "-B", part]
        run([*configure, "-DCMAKE_BUILD_TYPE=Release", *options], timeout_s=300)
        run(
            ["cmake", "--build", part, "--parallel", logical_cores(), "--target", target],
            timeout_s=7200,
        )
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _path() -> str:
    """Return PATH with the programs beside this Python first."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
