# SPDX-License-Identifier: Apache-2.0
"""llama.cpp's cache: one folder of files, with a manifest for each model that it fetched by name.

`manifest=<owner>=<name>=<tag>.json` is the hub's answer; the file that it names lies beside it as
`<owner>_<name>_<file>`. Newer releases use the Hugging Face cache instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ktdesk.library.shelf.expected import Expected

_MAX_BYTES = 1 << 22  # of a manifest; it holds the template of chats
_SHA256 = re.compile(r"[0-9a-f]{64}")


def read_manifests(folder: Path, names: Iterable[str], expected: dict[Path, Expected]) -> None:
    """Add what the manifests in a folder say of files; damaged ones say nothing."""
    for name in names:
        parts = name.removesuffix(".json").split("=")
        if len(parts) == 4 and parts[0] == "manifest" and name.endswith(".json"):
            try:
                path, said = _read(folder, parts[1], parts[2], folder / name)
            except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
                continue
            expected.setdefault(path, said)


def _read(folder: Path, owner: str, model: str, manifest: Path) -> tuple[Path, Expected]:
    with manifest.open("rb") as file:
        entry: Any = json.loads(file.read(_MAX_BYTES))["ggufFile"]
    name = f"{owner}_{model}_{entry['rfilename'].replace('/', '_')}"
    if Path(name).name != name:
        raise ValueError(name)
    size: Any = entry.get("size")
    lfs: Any = entry.get("lfs")
    sha256: Any = lfs.get("sha256", "") if lfs else ""
    return folder / name, Expected(
        size if type(size) is int else None, sha256 if _SHA256.fullmatch(sha256) else ""
    )
