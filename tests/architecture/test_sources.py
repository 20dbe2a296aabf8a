# SPDX-License-Identifier: Apache-2.0
"""The files of the repository: what lies where, how long they are, and their licence."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES = 400
SOURCES = {".py", ".pyi", ".cpp", ".h", ".inl", ".cmake", ".ps1", ".spec"}
TOP_LEVEL = {
    ".ci",
    ".clang-format",
    ".editorconfig",
    ".github",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "FAMILIES.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "build.spec",
    "docs",
    "installer",
    "ktdesk",
    "make.ps1",
    "make.py",
    "native",
    "pyproject.toml",
    "requirements.lock",
    "resources",
    "tests",
    "ui",
}


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """The files of the repository, also new ones, without those that git ignores."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    names = done.stdout.decode().split("\0")
    return [Path(name) for name in names if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def sources(files: list[Path]) -> dict[Path, list[str]]:
    """The lines of every source file."""
    return {
        path: (ROOT / path).read_text(encoding="utf-8").splitlines()
        for path in files
        if path.suffix in SOURCES or path.name == "CMakeLists.txt"
    }


def test_the_top_level_holds_what_it_should(files: list[Path]) -> None:
    assert {path.parts[0] for path in files} == TOP_LEVEL


def test_no_source_file_is_long(sources: dict[Path, list[str]]) -> None:
    assert {str(p): len(lines) for p, lines in sources.items() if len(lines) > MOST_LINES} == {}


def test_every_source_file_names_its_licence(sources: dict[Path, list[str]]) -> None:
    def names_it(lines: list[str]) -> bool:
        first = lines[1:2] if lines and lines[0].startswith("#!") else lines[:1]
        return first and first[0].endswith("SPDX-License-Identifier: Apache-2.0")

    assert [str(path) for path, lines in sources.items() if not names_it(lines)] == []
