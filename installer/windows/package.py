# SPDX-License-Identifier: Apache-2.0
"""Packs a frozen program into an installer, with NSIS, on Windows and elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from installer.contents import ROOT
from installer.windows import signing
from installer.windows.pictures import write_icon, write_side
from ktdesk import __version__

SCRIPT = Path(__file__).with_name("setup.nsi")
NAME = f"KTDesk-{__version__}-Setup.exe"
PROGRAMS = ("ktdesk.exe", "ktdesk-app.exe")
USUAL_PLACE = Path(os.environ.get("PROGRAMFILES(X86)", "")) / "NSIS" / "makensis.exe"


def make_setup(frozen: Path, target: Path, *, is_quick: bool = False) -> None:
    """Make the installer of a frozen program. Raises CalledProcessError.

    is_quick: less compressed, for a trial.
    """
    icon, side = ROOT / "build" / "ktdesk.ico", ROOT / "build" / "setup-side.bmp"
    write_icon(icon)
    write_side(side)
    signing.main(*(str(frozen / name) for name in PROGRAMS))
    values = {
        "SOURCE": frozen,
        "TARGET": target,
        "VERSION": __version__,
        "ICON": icon,
        "SIDE": side,
        "COMPRESSOR": "zlib" if is_quick else "lzma",
    }
    if signing.is_possible():  # the uninstaller is written by the installer, so it is signed within
        values["SIGN"] = f'"{sys.executable}" -m installer.windows.signing'
    target.parent.mkdir(parents=True, exist_ok=True)
    options = ["-V2", "-WX", "-INPUTCHARSET", "UTF8", *(f"-D{k}={v}" for k, v in values.items())]
    subprocess.run([makensis(), *options, SCRIPT], cwd=ROOT, check=True)
    signing.main(str(target))


def makensis() -> str:
    """Return the program that makes installers."""
    found = shutil.which("makensis") or (str(USUAL_PLACE) if USUAL_PLACE.is_file() else "")
    if not found:
        raise SystemExit("NSIS is missing: https://nsis.sourceforge.io, or Debian's package nsis.")
    return found
