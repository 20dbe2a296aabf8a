# SPDX-License-Identifier: Apache-2.0
"""The placements that come with KTDesk, as files: their names are known without loading torch."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable


def shipped_files() -> dict[str, Traversable]:
    """Return the file of each placement by the placement's name."""
    folder = resources.files("ktdesk") / "placements"
    return {file.name.removesuffix(".yaml"): file for file in folder.iterdir()}
