# SPDX-License-Identifier: Apache-2.0
"""Makes the libraries in `stand_ins`: what Wine 8 lacks of Windows. For tests, never shipped."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

SOURCES = Path(__file__).parent / "stand_ins"
WINE_LIBRARIES = Path("/usr/lib/x86_64-linux-gnu/wine/x86_64-windows")
COMPILER = "x86_64-w64-mingw32-gcc-posix"

WHOLE = ("bcryptprimitives", "icuuc")  # Wine has none of this name
AROUND = ("mscms", "ucrtbase")  # Wine's own, with some names added
OVERRIDES = ";".join(f"{name}=n,b" for name in AROUND)  # for WINEDLLOVERRIDES
NAMES = tuple(f"{name}.dll" for name in (*WHOLE, *AROUND, *(f"{name}_wine" for name in AROUND)))


def make_stand_ins(folder: Path) -> None:
    """Make all libraries in a folder: that of a Wine's system."""
    for name in WHOLE:
        link(folder / f"{name}.dll", SOURCES / f"{name}.c", "-ladvapi32")
    for name in AROUND:
        wrap(folder, name)


def wrap(folder: Path, name: str) -> None:
    """Make a library that has our names and forwards all others to a renamed copy of Wine's."""
    original = WINE_LIBRARIES / f"{name}.dll"
    copy = original.read_bytes().replace(
        b"Wine builtin DLL", bytes(16), 1
    )  # else Wine loads its own
    (folder / f"{name}_wine.dll").write_bytes(copy)
    source = SOURCES / f"{name}.c"
    ours = set(re.findall(r"\bown_(\w+)\(", source.read_text(encoding="utf-8")))
    lines = [f"  {each} = own_{each}" for each in sorted(ours)]
    lines += [
        f'  "{each}" = "{name}_wine.{each}"' for each in exports(original) if each not in ours
    ]
    definition = folder / f"{name}.def"
    definition.write_text("\n".join([f"LIBRARY {name}.dll", "EXPORTS", *lines, ""]))
    link(folder / f"{name}.dll", source, definition)
    definition.unlink()


def exports(library: Path) -> list[str]:
    """Return the names that a library offers."""
    command = ["x86_64-w64-mingw32-objdump", "-p", library]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    table = text.partition("[Ordinal/Name Pointer] Table")[2].partition("\n\n")[0]
    return re.findall(r"^\s*\[ *\d+\] (\S+)$", table, re.MULTILINE)


def link(target: Path, *inputs: Path | str) -> None:
    """Make a library; replace what lies there: a link to Wine's own must not be written through."""
    target.unlink(missing_ok=True)
    command = [COMPILER, "-O2", "-Wall", "-Wextra", "-Werror", "-fno-builtin", "-shared"]
    subprocess.run([*command, "-o", target, *inputs], check=True)
