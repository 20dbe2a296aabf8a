# SPDX-License-Identifier: Apache-2.0
"""Check all that lies in dist/ for users, list it, and name it to those who look for updates.

python -m installer.release: the last step of `make release`. Ends with 1 if a check fails, or there
is nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from installer import feed, glibc_floor, smoke_test
from installer.checksum import has_checksum
from installer.contents import ROOT
from installer.description import bill_of
from installer.freeze import size_of
from installer.licences import NOTICE
from ktdesk import RELEASES

DIST = ROOT / "dist"
FROZEN = "KTDesk"  # the program's folder; the other packages are files
OWN = ".exe" if sys.platform == "win32" else ".AppImage"  # what Wine makes is never handed out

Check = Callable[[Path], bool]


def main() -> int:
    """Print a line for each package: file, size, checks that passed or did not."""
    rows = [(path, list(results(path))) for path in packages(DIST)]
    print(f"\n{'file':40}{'MB':>6}  checks")
    for path, found in rows:
        said = ", ".join(name if is_good else f"{name} FAILED" for name, is_good in found)
        print(f"{path.name:40}{size_of(path) / 1e6:6.0f}  {said}")
    if not rows or not all(is_good for _, found in rows for _, is_good in found):
        return 1
    if RELEASES:
        named = feed.write_feed(DIST, [path for path, _ in rows if path.suffix == OWN])
        print(f"{named.name} names them to those who look for updates.")
    return 0


def packages(folder: Path) -> list[Path]:
    """Return what is there of what users are handed."""
    frozen = folder / FROZEN
    return [*([frozen] if frozen.is_dir() else []), *feed.packages(folder)]


def results(package: Path) -> Iterator[tuple[str, bool]]:
    """Yield name and outcome of each check of a package."""
    yield "bill of materials", has_bill(package)
    if package.is_dir():
        yield "licences", has_licences(package)
        if sys.platform == "linux":
            yield f"glibc {glibc_floor.FLOOR}", glibc_floor.main(str(package)) == 0
        yield "module for cards", smoke_test.has_gpu_module(package)
        yield "smoke test", smoke_test.main(str(package)) == 0
        return
    yield "checksum", has_checksum(package)
    if package.suffix == ".AppImage":
        yield "starts", starts(package)


def has_bill(package: Path) -> bool:
    """Whether the bill of materials is there, and names torch and Qt."""
    if not bill_of(package).is_file():
        return False
    parts = json.loads(bill_of(package).read_text(encoding="utf-8"))["components"]
    return {"torch", "PySide6_Essentials", "CPython"} <= {part["name"] for part in parts}


def has_licences(folder: Path) -> bool:
    """Whether every part of the bill stands in the folder of licences, too."""
    notice = (folder / "licenses" / NOTICE).read_text(encoding="utf-8")
    parts = json.loads(bill_of(folder).read_text(encoding="utf-8"))["components"]
    return all(f"\n{part['name']} {part['version']}: " in notice for part in parts)


def starts(package: Path) -> bool:
    """Whether an AppImage starts here, and says its version."""
    command = [str(package), "--version"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    return done.returncode == 0 and done.stdout.startswith("KTDesk ")


if __name__ == "__main__":
    sys.exit(main())
