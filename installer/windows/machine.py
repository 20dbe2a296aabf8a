# SPDX-License-Identifier: Apache-2.0
"""What an installation is tried on: this system, if it is Windows, or Wine."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

LAST_WORDS_S = 3  # what a program has said is read this long after its end


class Machine(Protocol):
    """A Windows with one user."""

    home: Path
    """The user's folder, as it is called here."""

    def start(self, *command: str | Path, **environment: str) -> subprocess.Popen[str]:
        """Start a program, with a pipe for all that it says. Paths become Windows'."""
        ...

    def path(self, path: Path) -> str:
        """Return what a path of this system is called there."""
        ...


class ThisWindows:
    """The machine that this runs on."""

    home = Path.home()

    def start(self, *command: str | Path, **environment: str) -> subprocess.Popen[str]:
        """Start a program. See Machine."""
        return subprocess.Popen(
            [str(word) for word in command],
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )

    def path(self, path: Path) -> str:
        """Return the path. See Machine."""
        return str(path)


@contextmanager
def this_windows() -> Iterator[ThisWindows]:
    """Give the machine that this runs on."""
    yield ThisWindows()


def run(
    machine: Machine, *command: str | Path, timeout: float = 600, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end. Whoever calls looks at the code. Raises TimeoutExpired.

    What it has started may go on with its pipe: that is not waited for.
    """
    process = machine.start(*command, **environment)
    said: list[str] = []

    def read() -> None:
        with process.stdout or nullcontext(()) as lines:
            said.extend(lines)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        process.wait(timeout)
    except BaseException:
        process.kill()
        raise
    reader.join(LAST_WORDS_S)
    return subprocess.CompletedProcess(process.args, process.returncode, "".join(said))
