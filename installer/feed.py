# SPDX-License-Identifier: Apache-2.0
"""What names the newest version to those who look for one (ktdesk/updates.py): latest.json.

python -m installer.feed [FOLDER]. Names all packages in the folder; needs nothing but Python, since
packages of several systems come together on any of them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from installer.checksum import digest_of
from installer.source_date import ROOT, made_at
from ktdesk import RELEASES, __version__

NAME = "latest.json"
PACKAGES = tuple(f"KTDesk-{__version__}-*.{kind}" for kind in ("AppImage", "exe"))


def main(place: str = str(ROOT / "dist")) -> int:
    """Name all packages in a folder; return the exit code, 1 if there is none."""
    if not RELEASES:
        print("KTDESK_RELEASES must be the address of the packages.", file=sys.stderr)
        return 1
    folder = Path(place)
    found = packages(folder)
    if found:
        write_feed(folder, found)
    return 0 if found else 1


def write_feed(folder: Path, named: Iterable[Path]) -> Path:
    """Write the document into a folder; return its path."""
    document = {
        "version": __version__,
        "date": datetime.fromtimestamp(made_at(), UTC).date().isoformat(),
        "notes": f"{RELEASES}{__version__}",
        "page": RELEASES,
        "files": [
            {"name": path.name, "size": path.stat().st_size, "sha256": digest_of(path)}
            for path in named
        ],
    }
    path = folder / NAME
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return path


def packages(folder: Path) -> list[Path]:
    """Return the files of this version that users are handed."""
    return [path for pattern in PACKAGES for path in sorted(folder.glob(pattern))]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
