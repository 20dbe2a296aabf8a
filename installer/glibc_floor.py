# SPDX-License-Identifier: Apache-2.0
"""The oldest glibc with which everything in a folder starts: from the versions of its symbols.

python -m installer.glibc_floor FOLDER [FLOOR]. Ends with 1 if a file asks for more than FLOOR.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FLOOR = "2.36"  # Debian 12, on which releases are built; Fedora 37, Ubuntu 22.10 and later have it
ASKED = re.compile(r"\bGLIBC_(\d+(?:\.\d+)+)\b")
ELF = b"\x7fELF"

Version = tuple[int, ...]


def main(folder: str, floor: str = FLOOR) -> int:
    """Print what asks for most, and fail if that is more than the floor."""
    asked = sorted(((version, path) for path, version in versions(Path(folder))), reverse=True)
    if not asked:
        print(f"{folder} has no programs and libraries.")
        return 1
    highest = asked[0][0]
    names = [path.name for version, path in asked if version == highest]
    print(f"{len(asked)} files; glibc {text(highest)} is asked for by {', '.join(sorted(names))}")
    beyond = [f"{path}: {text(version)}" for version, path in asked if version > parsed(floor)]
    if beyond:
        print(f"More than glibc {floor} is asked for by:", *beyond, sep="\n  ")
    return 1 if beyond else 0


def versions(folder: Path) -> Iterator[tuple[Path, Version]]:
    """Yield each ELF file below a folder with the newest glibc of which it asks for a symbol."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and is_elf(path):
            command = ["objdump", "--private-headers", str(path)]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            yield path, newest(said)


def is_elf(path: Path) -> bool:
    """Whether a file is a program or a library of Linux."""
    with path.open("rb") as file:
        return file.read(len(ELF)) == ELF


def newest(headers: str) -> Version:
    """Return the newest version that objdump's text names, (0,) if none."""
    return max(map(parsed, ASKED.findall(headers)), default=(0,))


def parsed(version: str) -> Version:
    """Return a version as numbers."""
    return tuple(map(int, version.split(".")))


def text(version: Version) -> str:
    """Return a version as it is written."""
    return ".".join(map(str, version))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
