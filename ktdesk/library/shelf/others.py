# SPDX-License-Identifier: Apache-2.0
"""Where other programs keep their models, on Linux and Windows."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ktdesk.library.shelf.model import Owner


def places_of_others(
    environment: Mapping[str, str] = os.environ,
    home: Path | None = None,
    platform: str = sys.platform,
) -> list[tuple[Path, Owner]]:
    """Return the folders of other programs that are there, each once, and whose they are."""
    home = home or Path.home()
    places = [
        *((place, Owner.LM_STUDIO) for place in _lm_studio(home)),
        *((place, Owner.OLLAMA) for place in _ollama(environment, home, platform)),
        *((place, Owner.HUGGING_FACE) for place in _hugging_face(environment, home)),
        *((place, Owner.LLAMA_CPP) for place in _llama_cpp(environment, home, platform)),
    ]
    return [(place, owner) for place, owner in dict(reversed(places)).items() if _is_there(place)][
        ::-1
    ]


def _lm_studio(home: Path) -> Iterator[Path]:
    """Its home is where a pointer says, else one of two; its settings may put models elsewhere."""
    homes = [home / ".lmstudio", home / ".cache" / "lm-studio"]
    if pointed := _text(home / ".lmstudio-home-pointer").strip():
        homes.insert(0, Path(pointed))
    for each in homes:
        try:
            settings: Any = json.loads(_text(each / "settings.json") or "{}")
            folder: Any = settings.get("downloadsFolder")
        except (ValueError, AttributeError, RecursionError):
            folder = None
        if isinstance(folder, str) and folder:
            yield Path(folder)
        yield each / "models"


def _ollama(environment: Mapping[str, str], home: Path, platform: str) -> Iterator[Path]:
    if folder := environment.get("OLLAMA_MODELS"):
        yield Path(folder)
    yield home / ".ollama" / "models"
    if platform != "win32":  # as a service, with a user of its own
        yield Path("/usr/share/ollama/.ollama/models")
        yield Path("/var/lib/ollama/.ollama/models")


def _hugging_face(environment: Mapping[str, str], home: Path) -> Iterator[Path]:
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if folder := environment.get(name):
            yield Path(folder)
    if folder := environment.get("HF_HOME"):
        yield Path(folder, "hub")
    if folder := environment.get("XDG_CACHE_HOME"):
        yield Path(folder, "huggingface", "hub")
    yield home / ".cache" / "huggingface" / "hub"


def _llama_cpp(environment: Mapping[str, str], home: Path, platform: str) -> Iterator[Path]:
    if folder := environment.get("LLAMA_CACHE"):
        yield Path(folder)
    if platform == "win32":
        if folder := environment.get("LOCALAPPDATA"):
            yield Path(folder, "llama.cpp")
        return
    if folder := environment.get("XDG_CACHE_HOME"):
        yield Path(folder, "llama.cpp")
    yield home / ".cache" / "llama.cpp"


def _text(path: Path) -> str:
    """Return the text of a small file, or '' if there is none."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(1 << 20)
    except (OSError, ValueError):
        return ""


def _is_there(place: Path) -> bool:
    try:
        return place.is_absolute() and place.is_dir()
    except (OSError, ValueError):  # a name with a zero byte
        return False
