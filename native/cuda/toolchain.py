# SPDX-License-Identifier: Apache-2.0
"""NVIDIA's compiler: that of this machine if it is of CUDA 13, else the pinned packages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = Path(__file__).with_name("requirements.lock")
TOOLKIT = ROOT / "build" / "cuda-toolkit"


def find_nvcc() -> Path:
    """Return the compiler's path; fetch it if this machine has none."""
    name = os.environ.get("CUDACXX") or shutil.which("nvcc")
    found = toolkit_of(name) if name else None
    return compiler(found or fetched())


def compiler(toolkit: Path) -> Path:
    """Return the compiler of a toolkit."""
    return toolkit / "bin" / ("nvcc.exe" if sys.platform == "win32" else "nvcc")


def toolkit_of(nvcc: str) -> Path | None:
    """Return the folder that a compiler belongs to; None unless it is of CUDA 13.

    What is on the PATH may be a script that calls the compiler, so the compiler itself is asked.
    """
    if not re.search(r"release 13\.", output_of(nvcc, "--version")):
        return None
    top = re.search(r"^#\$ TOP=(.+)$", output_of(nvcc, "--dryrun", "any.cu"), re.MULTILINE)
    return Path(top[1].strip()).resolve() if top else None


def output_of(*command: str) -> str:
    """Return what a program prints; nothing if there is no such program."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout + done.stderr


def fetched() -> Path:
    """Return the toolkit of the pinned packages, fetched if it is not there yet."""
    toolkit = TOOLKIT / "nvidia" / "cu13"
    stamp = TOOLKIT / LOCK.name
    if stamp.is_file() and stamp.read_bytes() == LOCK.read_bytes():
        return toolkit
    print("Fetching NVIDIA's compiler (250 MB) ...", flush=True)
    shutil.rmtree(TOOLKIT, ignore_errors=True)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    options = ("--no-deps", "--no-compile", "--target", TOOLKIT, "--requirement", LOCK)
    subprocess.run([*pip, *options], check=True)
    if sys.platform != "win32":  # names that compiler and CMake look for; packages hold no links
        (toolkit / "lib64").symlink_to("lib")
        (runtime,) = (toolkit / "lib").glob("libcudart.so.*")
        (toolkit / "lib" / "libcudart.so").symlink_to(runtime.name)
    shutil.copy(LOCK, stamp)
    return toolkit
