# SPDX-License-Identifier: Apache-2.0
"""The folder `licenses`: the texts of the licences of everything inside, and a list of it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from installer.components import Component
from installer.contents import ROOT

COMMON = re.compile(r"/usr/share/common-licenses/([A-Za-z]+(?:-\d(?:\.\d)?)?)")
COMMON_FOLDER = Path("/usr/share/common-licenses")
NOTICE = "THIRD_PARTY.txt"
HEAD = """\
KTDesk is made with the work of others, which lies in it unchanged. The folders beside this file
hold their licences.

Qt and PySide6 are used under the LGPL 3. Their libraries are files of their own, below
`_internal`: whoever wants to can put another build of the same version in their place. Debian's
libraries come from its packages, whose sources Debian keeps; KTDesk's own are public.

"""


def write_licences(folder: Path, parts: Iterable[Component]) -> None:
    """Write the folder anew."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE.KTDesk.txt")
    (folder / NOTICE).write_text(HEAD, encoding="utf-8")
    add_licences(folder, parts)


def add_licences(folder: Path, parts: Iterable[Component]) -> None:
    """Put more parts into the folder."""
    lines: list[str] = []
    for part in parts:
        place = folder / f"{part.name}-{part.version}".strip("-").replace(":", "_")
        for text in part.texts:
            _copy(text, place / _name(text), folder / "common")
        known = part.licence or "not said"
        lines.append(f"{part.name} {part.version}: {known}{'' if part.texts else ' (no text)'}\n")
    with (folder / NOTICE).open("a", encoding="utf-8") as notice:
        notice.writelines(lines)


def _name(text: Path) -> str:
    """Return a flat name that tells of which part within a package a text is."""
    parts = text.parts
    for folder in ("licenses", "site-packages"):
        if folder in parts:
            parts = parts[len(parts) - parts[::-1].index(folder) :]
            return "_".join(parts)[-120:]
    return text.name


def _copy(text: Path, target: Path, common: Path) -> None:
    """Copy a text, and those of the licences that Debian keeps once for all packages."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(text, target)
    for name in set(COMMON.findall(text.read_text(encoding="utf-8", errors="replace"))):
        if (COMMON_FOLDER / name).is_file():
            common.mkdir(exist_ok=True)
            shutil.copyfile(COMMON_FOLDER / name, common / name)
