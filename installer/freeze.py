# SPDX-License-Identifier: Apache-2.0
"""Freeze KTDesk into dist/KTDesk with PyInstaller, and print how large it is: `make frozen`.

python -m installer.freeze. The same sources make the same bytes, as far as PyInstaller can.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from installer.contents import ROOT
from installer.description import made_at


def main() -> int:
    """Run PyInstaller on build.spec."""
    fixed = {"PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": str(made_at())}
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    subprocess.run([*command, "build.spec"], cwd=ROOT, env=os.environ | fixed, check=True)
    folder = ROOT / "dist" / "KTDesk"
    print(f"{folder.relative_to(ROOT)}: {size_of(folder) / 1e6:.0f} MB")
    return 0


def size_of(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder."""
    files = path.rglob("*") if path.is_dir() else (path,)
    return sum(file.lstat().st_size for file in files if not file.is_dir())


if __name__ == "__main__":
    sys.exit(main())
