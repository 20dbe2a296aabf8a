# SPDX-License-Identifier: Apache-2.0
"""Make dist/KTDesk-VERSION-Setup.exe: `make windows`. What is handed to users, Windows makes.

python -m installer.windows.build [--quick]. Elsewhere all of it is made for trials: a Python for
Windows under Wine freezes the program, with a native module by MinGW. --quick compresses less.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from installer.checksum import write_checksum
from installer.contents import ROOT
from installer.description import bill_of
from installer.freeze import size_of
from installer.source_date import made_at
from installer.windows import package

WORK = ROOT / "build" / "windows"
FROZEN = (ROOT / "dist" if sys.platform == "win32" else WORK / "frozen") / "KTDesk"
SETUP = ROOT / "dist" / package.NAME


def main(*options: str) -> int:
    """Make the installer, and what belongs beside it."""
    if sys.platform != "win32":
        freeze_under_wine()
    package.make_setup(FROZEN, SETUP, is_quick="--quick" in options)
    shutil.copyfile(bill_of(FROZEN), bill_of(SETUP))
    write_checksum(SETUP)
    print(f"{SETUP.relative_to(ROOT)}: {size_of(SETUP) / 1e6:.0f} MB")
    return 0


def freeze_under_wine() -> None:
    """Have a Windows that Wine plays freeze the program."""
    from installer.system_packages import install_for_windows
    from installer.windows import native, stand_ins
    from installer.windows.python import make_python
    from installer.windows.wine import Wine

    install_for_windows()
    python = make_python(WORK / "python", WORK / "downloads")
    module = native.build_module(python)
    wine = Wine(WORK / "wine")
    wine.make()
    native.run_tests(wine.environment)
    shutil.copy(module, ROOT / "ktdesk")
    home = WORK / "home"
    common = {"KTDESK_HOME": wine.path(home), "SOURCE_DATE_EPOCH": str(made_at())}
    for words in (
        ("ktdesk", "demo", "--source", demo_source()),
        ("installer.freeze", FROZEN.parent),
    ):
        with wine.start(python / "python.exe", "-m", *words, **common) as process:
            for line in process.stdout or ():
                print(line, end="", flush=True)
        if process.returncode:
            raise SystemExit(f"{words[0]} ended with code {process.returncode} under Wine.")
    refuse(stand_ins.NAMES, FROZEN)


def demo_source() -> Path:
    """Return what the demo model is made of, fetched here."""
    from ktdesk.library.demo import demo_models
    from ktdesk.settings import models_folder

    return demo_models(models_folder()).llama


def refuse(names: Iterable[str], folder: Path) -> None:
    """End this process if a folder holds files that must not go to users."""
    unwanted = set(names)
    found = [path for path in folder.rglob("*") if path.name.lower() in unwanted]
    if found:
        raise SystemExit(f"These are only for trials, and lie in {folder}: {found}")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
