# SPDX-License-Identifier: Apache-2.0
"""Freeze KTDesk into dist/KTDesk with PyInstaller, and print how large it is: `make frozen`.

python -m installer.freeze [FOLDER]. The same sources make the same bytes, as far as can be.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from installer.contents import ROOT
from installer.source_date import made_at


def main(place: str = str(ROOT / "dist")) -> int:
    """Run PyInstaller on build.spec. place: the folder in which the program's folder is made."""
    fixed = {"PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": str(made_at())}
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", place, "--workpath", str(ROOT / "build" / f"frozen-{sys.platform}")]
    subprocess.run([*command, "build.spec"], cwd=ROOT, env=os.environ | fixed, check=True)
    folder = Path(place) / "KTDesk"
    print(f"{folder}: {size_of(folder) / 1e6:.0f} MB")
    return 0


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder."""
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.lstat().st_size for file in files if not file.is_dir())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
