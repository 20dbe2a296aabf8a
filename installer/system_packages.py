# SPDX-License-Identifier: Apache-2.0
"""What apt must provide. Needs nothing but Python itself: it is asked before anything is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from ui.debian import QT_NEEDS

# What an AppImage is packed and checked with; its own program is linked with the first four.
APPIMAGE = (
    "libfuse3-dev", "libsquashfuse-dev", "libzstd-dev", "zlib1g-dev", "gcc", "libc6-dev",
    "binutils", "squashfs-tools", "desktop-file-utils", "appstream",
)  # fmt: skip

# What AppImages are tried with: a bare system, and a screen.
TRIALS = ("debootstrap", "xvfb", "imagemagick")

# What a Windows is played with, and programs for it are made with.
WINDOWS = ("g++-mingw-w64-x86-64-posix", "nsis", "wine", "wine64")


def install_for_setup() -> None:
    """Install what building and the window need, if we may; end only where nothing can be built."""
    _install(missing_for_building(), missing_for_window())


def install_for_appimage() -> None:
    """Install what makes AppImages, if we may; else name it and end."""
    _install(_not_installed(APPIMAGE), [])


def install_for_trials() -> None:
    """Install what AppImages are tried with, if we may; else name it and end."""
    _install(_not_installed(TRIALS), [])


def install_for_windows() -> None:
    """Install what makes and tries programs for Windows, if we may; else name it and end."""
    _install(_not_installed(WINDOWS), [])


def missing_for_building() -> list[str]:
    """Return the packages without which nothing can be built. Looks at facts, not at a list."""
    if sys.platform == "win32":
        return []
    missing: list[str] = []
    if not any(map(shutil.which, (os.environ.get("CXX", "c++"), "g++", "clang++"))):
        missing.append("g++")
    if not (Path(sysconfig.get_path("include")) / "Python.h").is_file():
        missing.append("python3-dev")
    try:
        import ensurepip  # noqa: F401  (Debian takes it out of Python)
    except ImportError:
        missing.append("python3-venv")
    return missing


def missing_for_window() -> list[str]:
    """Return the packages that Qt lacks here; none on systems other than Debian's."""
    return _not_installed(QT_NEEDS) if shutil.which("dpkg-query") else []


def _not_installed(names: Sequence[str]) -> list[str]:
    if not shutil.which("dpkg-query"):
        return list(names)
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}, ${Package}, ${Provides}\n"]
    answer = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    installed: set[str] = set()
    for line in answer.splitlines():
        status, *provided = (part.strip().split(" ")[0] for part in line.split(","))
        if status == "installed":  # Ubuntu has some under another name, which provides this one
            installed.update(provided)
    return [name for name in names if name not in installed]


def _install(needed: list[str], wished: list[str]) -> None:
    """Install packages, if we may; else name them, and end if one of them is needed."""
    if not needed and not wished:
        return
    names = " ".join([*needed, *wished])
    command = f"apt-get install -y --no-install-recommends {names}"
    if (prefix := _root_prefix()) is not None and shutil.which("apt-get"):
        print(f"Installing system packages: {names}", flush=True)
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        install = command.replace("install", "install -qq", 1).split()
        subprocess.run([*prefix, "apt-get", "update", "-qq"], check=True, env=quiet)
        subprocess.run([*prefix, *install], check=True, env=quiet)
    elif needed:
        raise SystemExit(f"System packages are missing. Install them: sudo {command}")
    else:
        print(f"The window needs more system packages: sudo {command}", file=sys.stderr)


def _root_prefix() -> list[str] | None:
    """Return what makes a command run as root: nothing, or sudo; None if we may not."""
    if sys.platform == "win32":
        return None
    if os.geteuid() == 0:
        return []
    may = (
        shutil.which("sudo")
        and not subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode
    )
    return ["sudo", "-n"] if may else None
